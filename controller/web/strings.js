/**
 * Every word that the page says, in each of its languages. A row holds them in the order of
 * `LANGUAGES`; a language that is added is a further column, and what it lacks is said in English.
 * A plural is an object of the categories that `Intl.PluralRules` names, picked by `n`.
 */

import { ownLanguage } from "./lib/keep.js";

/** The languages that there are, as tags. */
export const LANGUAGES = ["en", "sv"];
const FROM_RIGHT = new Set(["ar", "fa", "he", "ur"]);

/** The language of this page: the one that was chosen here, or the first of the browser's. */
export const language =
  [ownLanguage() ?? "", ...(navigator.languages ?? [navigator.language])]
    .map((tag) => tag.split("-")[0])
    .find((tag) => LANGUAGES.includes(tag)) ?? "en";

/** In which direction it is written. */
export const direction = FROM_RIGHT.has(language) ? "rtl" : "ltr";

let plurals;

/** Whether there is a text of this key. */
export function has(key) {
  return Object.hasOwnProperty.call(STRINGS, key);
}

/** The text of a key, with each `{name}` in it replaced by the value of that name. */
export function t(key, values = {}) {
  const row = STRINGS[key];
  const text = row[LANGUAGES.indexOf(language)] ?? row[0];
  const picked = typeof text === "string" ? text : (text[category(values.n)] ?? text.other);
  return picked.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function category(n) {
  plurals ??= new Intl.PluralRules(language);
  return plurals.select(n);
}

const STRINGS = {
  "view.playing": ["Playing", "Spelas"],
  "view.queue": ["Queue", "Kö"],
  "view.speakers": ["Speakers", "Högtalare"],
  "view.history": ["History", "Historik"],
  "view.settings": ["Settings", "Inställningar"],
  "nav.label": ["Views", "Vyer"],
  "nav.speaker": ["Speaker: {name}. Choose another", "Högtalare: {name}. Välj en annan"],

  "playing.nothing": ["Nothing is playing", "Inget spelas"],
  "playing.hint": ["Add music to the queue, and it plays here.", "Lägg till musik i kön, så spelas den här."],
  "playing.add": ["Add music", "Lägg till musik"],
  "playing.live": ["Live", "Direkt"],
  "playing.added_by": ["Added by {name}", "Tillagd av {name}"],
  "playing.at": ["{name} is playing {title}", "{name} spelar {title}"],
  "playing.now": ["Now playing: {title}", "Nu spelas: {title}"],
  "playing.now_by": ["Now playing: {title}, {artist}", "Nu spelas: {title}, {artist}"],

  "transport.label": ["Playback", "Uppspelning"],
  "transport.play": ["Play", "Spela"],
  "transport.pause": ["Pause", "Pausa"],
  "transport.next": ["Next", "Nästa"],
  "transport.vote": ["Vote to skip", "Rösta för att hoppa över"],
  "transport.votes": [
    { one: "{n} vote of {needed} to skip", other: "{n} votes of {needed} to skip" },
    { one: "{n} röst av {needed} för att hoppa över", other: "{n} röster av {needed} för att hoppa över" },
  ],
  "transport.previous": ["Previous", "Föregående"],
  "transport.shuffle": ["Shuffle", "Blanda"],
  "transport.repeat": ["Repeat", "Upprepa"],
  "transport.repeat.off": ["Repeat: off", "Upprepa: av"],
  "transport.repeat.one": ["Repeat: this one", "Upprepa: den här"],
  "transport.repeat.all": ["Repeat: all", "Upprepa: alla"],
  "seek.label": ["Position", "Läge"],
  "seek.value": ["{position} of {length}", "{position} av {length}"],

  "volume.label": ["Volume", "Volym"],
  "volume.mute": ["Mute", "Ljud av"],
  "volume.cap": ["No louder than {percent} %", "Inte högre än {percent} %"],
  "volume.cap_until": ["No louder than {percent} % until {until}", "Inte högre än {percent} % till {until}"],

  "cast.label": ["Add music", "Lägg till musik"],
  "cast.url": ["Address of a song, stream or playlist", "Adress till en låt, ström eller spellista"],
  "cast.placeholder": ["Paste a link", "Klistra in en länk"],
  "cast.play": ["Play", "Spela"],
  "cast.add": ["Add to queue", "Lägg i kö"],
  "cast.file": ["Choose a file", "Välj en fil"],
  "cast.drop": ["Drop it to play it", "Släpp för att spela"],
  "cast.no_url": ["That is no web address. It begins with http:// or https://.", "Det är ingen webbadress. Den börjar med http:// eller https://."],
  "cast.too_long": ["That address is too long. The speaker takes 2048 characters.", "Adressen är för lång. Högtalaren tar emot 2048 tecken."],
  "cast.no_entries": ["{name} names no web address.", "{name} innehåller ingen webbadress."],
  "cast.added": [
    { one: "Added to the queue", other: "{n} added to the queue" },
    { one: "Tillagd i kön", other: "{n} tillagda i kön" },
  ],
  "upload.progress": ["Sending {name}", "Skickar {name}"],
  "upload.cancel": ["Cancel {name}", "Avbryt {name}"],
  "upload.unsupported_format": ["{name} is no Ogg file; the speaker plays Ogg Vorbis.", "{name} är ingen Ogg-fil; högtalaren spelar Ogg Vorbis."],
  "upload.too_large": ["{name} is too large for the speaker.", "{name} är för stor för högtalaren."],
  "upload.unreadable": ["{name} cannot be read on this device.", "{name} går inte att läsa på den här enheten."],
  "upload.offline": ["{name} was not sent: the connection was lost.", "{name} skickades inte: förbindelsen bröts."],

  "queue.empty": ["The queue is empty", "Kön är tom"],
  "queue.empty_hint": ["Paste a link above, or drop a file anywhere.", "Klistra in en länk ovan, eller släpp en fil var som helst."],
  "queue.length": [{ one: "{n} item", other: "{n} items" }, { one: "{n} låt", other: "{n} låtar" }],
  "queue.clear": ["Clear", "Töm"],
  "queue.cleared": ["The queue was cleared", "Kön tömdes"],
  "queue.removed": ["{title} was removed", "{title} togs bort"],
  "queue.play": ["Play:", "Spela:"],
  "queue.remove": ["Remove {title}", "Ta bort {title}"],
  "queue.move": ["Move {title}", "Flytta {title}"],
  "queue.move_up": ["Move {title} up", "Flytta upp {title}"],
  "queue.move_down": ["Move {title} down", "Flytta ned {title}"],
  "queue.moved": ["{title} is number {place} of {n} now", "{title} är nu nummer {place} av {n}"],
  "queue.earlier": ["Show earlier ones", "Visa tidigare"],
  "queue.later": ["Show more", "Visa fler"],
  "queue.conflict": ["Somebody else has changed the queue meanwhile. Here it is as it is now.", "Någon annan har ändrat kön under tiden. Så här ser den ut nu."],
  undo: ["Undo", "Ångra"],
  cancel: ["Cancel", "Avbryt"],
  close: ["Close", "Stäng"],
  "notices.label": ["Messages", "Meddelanden"],

  "speakers.alone": ["This is the only speaker of the house so far. Others show up here by themselves.", "Det här är husets enda högtalare än så länge. Andra dyker upp här av sig själva."],
  "speakers.current": ["Shown here", "Visas här"],
  "speakers.move": ["Move here", "Flytta hit"],
  "speakers.show": ["Control", "Styr"],
  "speakers.moving": ["The music is moving here …", "Musiken flyttas hit …"],
  "speakers.moving_to": ["Moving the music to {name}", "Flyttar musiken till {name}"],
  "speakers.moved": ["The music is at {name} now", "Musiken är hos {name} nu"],
  "speakers.paused": ["Paused: {title}", "Pausad: {title}"],
  "speakers.not_connected": ["Not connected", "Inte ansluten"],
  "speakers.away_why": ["{name} does not answer. Is it switched on, and in the same network?", "{name} svarar inte. Är den på, och i samma nätverk?"],
  "speakers.replace_question": ["{name} plays something else. Replace it?", "{name} spelar något annat. Ersätta det?"],
  "speakers.replace": ["Replace it", "Ersätt"],
  "speakers.control_other": ["Only control it", "Bara styra den"],
  "speakers.control": ["Control it", "Styr den"],
  "speakers.page": ["Open its page", "Öppna dess sida"],

  "history.empty": ["Nothing has been played yet", "Inget har spelats ännu"],
  "history.empty_hint": ["What plays here is listed here, the newest first.", "Det som spelas här listas här, det nyaste först."],
  "history.play": ["Play {title} again", "Spela {title} igen"],
  "history.add": ["Add {title} to the queue", "Lägg {title} i kön"],
  "when.now": ["just now", "nyss"],

  "settings.name": ["Name", "Namn"],
  "settings.device": ["Sound device", "Ljudenhet"],
  "settings.device_default": ["The default one", "Standardenheten"],
  "settings.device_gone": ["{name} (not there now)", "{name} (finns inte just nu)"],
  "settings.volume_cap": ["Loudest volume", "Högsta volym"],
  "settings.night_hours": ["Quieter at night", "Tystare på natten"],
  "settings.night_cap": ["Loudest volume at night", "Högsta volym på natten"],
  "settings.no_cap": ["no limit", "ingen gräns"],
  "settings.from": ["From", "Från"],
  "settings.to": ["To", "Till"],
  "settings.guests": ["What guests may do", "Vad gäster får göra"],
  "settings.guest_volume": ["Loudest volume by guests", "Högsta volym av gäster"],
  "settings.guest_hint": ["Guests add music and vote to skip.", "Gäster lägger till musik och röstar för att hoppa över."],
  "settings.guest_skips": ["Votes to skip in an hour", "Röster för att hoppa över per timme"],
  "settings.guest_hours": ["Only at certain hours", "Bara vissa timmar"],
  "settings.pinned": ["Set by {origin} where the speaker is started; change it there.", "Bestämt av {origin} där högtalaren startas; ändra det där."],
  "settings.saved": ["Saved", "Sparat"],
  "settings.owners": ["Only an owner can change the speaker and let others in.", "Bara en ägare kan ändra högtalaren och släppa in andra."],

  "role.owner": ["Owner", "Ägare"],
  "role.member": ["Member", "Medlem"],
  "role.guest": ["Guest", "Gäst"],
  "invite.role": ["As what", "Som vad"],
  "invite.means.owner": ["May do everything, also change settings and let others in.", "Får göra allt, också ändra inställningar och släppa in andra."],
  "invite.means.member": ["Plays, moves and changes the music, everywhere in the house.", "Spelar, flyttar och ändrar musiken, överallt i huset."],
  "invite.means.guest": ["Adds music, votes to skip and changes the volume, by your rules.", "Lägger till musik, röstar för att hoppa över och ändrar volymen, enligt dina regler."],
  "invite.go": ["Let somebody in", "Släpp in någon"],
  "invite.title.owner": ["Let in an owner", "Släpp in en ägare"],
  "invite.title.member": ["Let in a member", "Släpp in en medlem"],
  "invite.title.guest": ["Let in a guest", "Släpp in en gäst"],
  "invite.qr": ["QR code with the link to come in", "QR-kod med länken för att komma in"],
  "invite.scan": ["Point the phone’s camera at it. Or open {address} there and type this code:", "Rikta telefonens kamera mot den. Eller öppna {address} där och skriv den här koden:"],
  "invite.left": ["It holds for {left}", "Den gäller i {left}"],
  "invite.came": ["{name} came in", "{name} kom in"],
  "invite.over": ["The code does not hold any more. Nobody has come in.", "Koden gäller inte längre. Ingen har kommit in."],

  "people.title": ["Who may come in", "Vilka som får komma in"],
  "people.open": ["This speaker is open: everybody in the network may command it. With auth = \"pair\" in its configuration only those who are let in may.", "Den här högtalaren är öppen: alla i nätverket får styra den. Med auth = \"pair\" i dess konfiguration får bara de som släpps in."],
  "people.paired": ["Let in", "Insläppta"],
  "people.speakers": ["Speakers of the house", "Husets högtalare"],
  "people.own": ["this device", "den här enheten"],
  "people.seen": ["seen {when}", "sedd {when}"],
  "people.remove": ["Remove {name}", "Ta bort {name}"],
  "people.remove_question": ["Remove {name}? It is thrown out at once, everywhere in the house.", "Ta bort {name}? Enheten kastas ut genast, överallt i huset."],
  "people.remove_own": ["This is the device that you hold. Remove it? You would have to be let in again.", "Det här är enheten du håller i. Ta bort den? Du måste i så fall släppas in igen."],
  "people.remove_speaker": ["Remove {name} from the house? It has to join again.", "Ta bort {name} från huset? Den måste gå med igen."],
  "people.remove_it": ["Remove", "Ta bort"],
  "people.removed": ["{name} was removed", "{name} togs bort"],

  "device.title": ["This device", "Den här enheten"],
  "device.open": ["The speaker is open to everybody in the network.", "Högtalaren är öppen för alla i nätverket."],
  "device.role.owner": ["owner", "ägare"],
  "device.role.member": ["member", "medlem"],
  "device.role.guest": ["guest", "gäst"],
  "device.language": ["Language", "Språk"],
  "device.language_browser": ["As the browser’s", "Som webbläsarens"],
  "device.leave": ["Forget this speaker", "Glöm den här högtalaren"],
  "device.leave_question": ["Forget {name} on this device? You need a code to come back.", "Glömma {name} på den här enheten? Du behöver en kod för att komma tillbaka."],

  "about.title": ["About", "Om"],
  "about.name": ["Name", "Namn"],
  "about.version": ["Version", "Version"],
  "about.id": ["Id", "Id"],
  "doctor.go": ["Check the speaker", "Kontrollera högtalaren"],
  "doctor.looks": ["Checking. It takes some seconds …", "Kontrollerar. Det tar några sekunder …"],
  "doctor.ok": ["All is well.", "Allt är bra."],
  "doctor.warn": ["It plays, but something could be better:", "Den spelar, men något kunde vara bättre:"],
  "doctor.fail": ["Something does not work:", "Något fungerar inte:"],

  "banner.lost": ["Reconnecting to {name} …", "Ansluter till {name} igen …"],
  "banner.first": ["Connecting …", "Ansluter …"],
  "banner.now": ["Try now", "Försök nu"],

  "pair.title": ["Connect to {name}", "Anslut till {name}"],
  "pair.hint": ["The speaker says and shows a code of six digits while it lets somebody in.", "Högtalaren säger och visar en kod med sex siffror medan den släpper in någon."],
  "pair.how": ["No code? Somebody who is connected opens pairing in Settings. Or hold the speaker’s pairing button.", "Ingen kod? Någon som är ansluten öppnar parkoppling i Inställningar. Eller håll in högtalarens knapp för parkoppling."],
  "pair.code": ["Code", "Kod"],
  "pair.name": ["Name of this device", "Namn på den här enheten"],
  "pair.go": ["Connect", "Anslut"],
  "pair.short": ["The code has six digits.", "Koden har sex siffror."],
  "pair.left": [
    { one: "That is not the code. {n} try is left.", other: "That is not the code. {n} tries are left." },
    { one: "Det är inte koden. {n} försök återstår.", other: "Det är inte koden. {n} försök återstår." },
  ],
  "pair.done": ["Connected as {name}", "Ansluten som {name}"],
  "pair.computer": ["Computer", "Dator"],
  "pair.phone": ["Phone", "Telefon"],

  "error.offline": ["The speaker cannot be reached just now. Try again in a moment.", "Högtalaren går inte att nå just nu. Försök igen om en stund."],
  "error.forbidden": ["You may not do this here.", "Du får inte göra det här."],
  "error.nothing_playing": ["Nothing is playing.", "Inget spelas."],
  "error.not_seekable": ["One cannot seek in this stream.", "Det går inte att spola i den här strömmen."],
  "error.no_such_item": ["That is not in the queue any more.", "Det finns inte längre i kön."],
  "error.conflict": ["Somebody else was faster. Look again.", "Någon annan hann före. Titta igen."],
  "error.stale": ["The music has moved to another speaker.", "Musiken har flyttats till en annan högtalare."],
  "error.busy": ["The speaker is busy with another move. Try again in a moment.", "Högtalaren håller på med en annan flytt. Försök igen om en stund."],
  "error.target_playing": ["That speaker plays something else.", "Den högtalaren spelar något annat."],
  "error.too_many": ["That was too often. Try again later.", "Det var för ofta. Försök igen senare."],
  "error.too_large": ["That is too large for the speaker.", "Det är för stort för högtalaren."],
  "error.no_room": ["The speaker has no room for this now.", "Högtalaren har inte plats för det här nu."],
  "error.unreachable": ["The server of the stream cannot be reached.", "Strömmens server går inte att nå."],
  "error.http_refused": ["The server of the stream refused.", "Strömmens server nekade."],
  "error.stalled": ["The server of the stream stopped sending.", "Strömmens server slutade sända."],
  "error.unsupported_format": ["The speaker cannot play this format. It plays Ogg Vorbis.", "Högtalaren kan inte spela det formatet. Den spelar Ogg Vorbis."],
  "error.unplayable": ["This is damaged and cannot be played.", "Det här är skadat och går inte att spela."],
  "error.unsupported_scheme": ["Addresses begin with http:// or https://.", "Adresser börjar med http:// eller https://."],
  "error.refused_address": ["The speaker may not fetch from that address.", "Högtalaren får inte hämta från den adressen."],
  "error.no_device": ["The speaker finds no sound device. The music waits for it.", "Högtalaren hittar ingen ljudenhet. Musiken väntar på den."],
  "error.no_receiver": ["That speaker does not answer.", "Den högtalaren svarar inte."],
  "error.target_not_ready": ["That speaker was not ready in time.", "Den högtalaren blev inte klar i tid."],
  "error.target_lost": ["That speaker was lost on the way.", "Den högtalaren försvann på vägen."],
  "error.handoff_failed": ["The music could not be moved.", "Musiken kunde inte flyttas."],
  "error.unauthorized": ["The speaker does not know this device any more.", "Högtalaren känner inte längre igen den här enheten."],
  "error.bad_code": ["That is not the code.", "Det är inte koden."],
  "error.pairing_closed": ["Nobody new is let in now. Have pairing opened first.", "Ingen ny släpps in nu. Låt någon öppna parkoppling först."],
  "error.no_such_pairing": ["That device is not paired any more.", "Den enheten är inte parkopplad längre."],
  "error.pinned": ["That is set where the speaker is started. Change it there.", "Det bestäms där högtalaren startas. Ändra det där."],
  "error.internal": ["Something went wrong in the speaker.", "Något gick fel i högtalaren."],
  "error.state_lost": ["What was playing could not be remembered.", "Det som spelades kunde inte kommas ihåg."],
  "error.crashed": ["The speaker crashed and started again, so the music stands.", "Högtalaren kraschade och startade om, så musiken står stilla."],
};
