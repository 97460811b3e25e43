"""A session moves from one receiver, the *source*, to another, the *target*. Pure state machines.

`Handoffs` (desk.py) is one receiver's part: it takes what controllers, the session, the engine and
the other receivers say, and gives back effects (effects.py). It knows the receiver it runs on by a
`View`. The messages are in `receiver.protocol.peers`.

The source owns the session until `done`; its sound is untouched until the target is armed. The
target is heard only after `go`, and only if that came in time. So whatever is lost, the music stays
at the source, or the source is silent until it knows, and says why.

| the source   | waits for               | then                     | otherwise                    |
|--------------|-------------------------|--------------------------|------------------------------|
| giving.py    |                         |                          |                              |
| preparing    | `ready`, a good instant | `commit`: committed      | 5 s, `failed`, no link: plays|
|              |                         |                          | on                           |
| committed    | `armed`, while it can   | `go`, fades out: fading  | late: another instant; too   |
|              | still fade              |                          | late, `failed`: plays on     |
| parting.py   |                         |                          |                              |
| fading       | `done`                  | lets go, `released`      | `failed`, target dead: kept; |
|              |                         |                          | 300 ms, no link: in doubt    |
| in doubt     | the answer to `ask`     | `done`: lets go          | `failed`, target dead, a     |
|              |                         |                          | command: kept                |
| kept         | that the target knows   | plays on, epoch + 2      | 5 s: the same                |

| the target   | waits for               | then                     | otherwise                    |
|--------------|-------------------------|--------------------------|------------------------------|
| taking.py    |                         |                          |                              |
| opening      | the item and the queue  | `ready`: ready           | cannot open, 5 s, no link:   |
|              |                         |                          | `failed`, drops all          |
| ready        | `commit`                | `armed`: armed           | the same; source dead:       |
|              |                         |                          | switching                    |
| armed        | `go`, before its output | switching                | the same                     |
|              | must be told            |                          |                              |
| switching    | the instant, its sound  | owns it, `done`: owner   | no sound: `failed`           |
| owner        | `released`              | over                     | 5 s, no link: the same       |
"""
