"""A session moves from one receiver, the *source*, to another, the *target*: two pure machines.

`Handoffs` (desk.py) is one receiver's part: it takes what controllers, the session, the engine and
the other receivers say, and gives back effects. The messages are in `receiver.protocol.peers`.

The source owns the session until `done`; its sound is untouched until the target is armed. The
target is heard only after `go`, and only if that came in time. So a message lost anywhere leaves
the music at the source, or, once `go` was said, the source silent until it knows (`in_doubt`).

======== ========================== ============================== ===============================
source   what it waits for          then                           else
======== ========================== ============================== ===============================
preparing `ready`, a good instant   `commit`: committed            5 s, `failed`: plays on
committed `armed`, before its last  `go`, fades out: fading        late: commits again; no return,
          chance to fade                                           `failed`: plays on
fading    `done`                    lets go, `released`: finished  `failed`, target dead: sounds
                                                                   again; 300 ms, link lost:
                                                                   in doubt
in doubt  the answer to `ask`       `done`: lets go                `failed`, target dead, a
                                                                   command: takes it back
======== ========================== ============================== ===============================

======== ========================== ============================== ===============================
target   what it waits for          then                           else
======== ========================== ============================== ===============================
opening  the item and the queue     `ready`: ready                 cannot open: `failed`; 5 s,
                                                                   link lost: drops all
ready    `commit`                   `armed`: armed                 as before; source dead: sounds
armed    `go`, before its output    switching                      `failed`; source dead: sounds
         must be told
switching the instant, its sound    owns the session, `done`:      no sound: `failed`
                                    owner
owner    `released`                 finished                       5 s, link lost: finished
======== ========================== ============================== ===============================
"""
