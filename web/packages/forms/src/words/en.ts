import type { Words } from "./index.ts";

/** The same in English. */
export const en: Words = {
  nav: {
    next: "Next", back: "Back", end: "To the end", done: "Done", page: "Page {n} of {of}", overview: "Contents", close: "Close", back_to_list: "To the list", skip: "Tap again to leave it for now.",
    language: "Language of the form", empty: "There is nothing to fill in here now.", guidance: "More about this", required: "needs an answer", readonly: "Read only",
  },
  end: {
    title: "That was all", almost: "Not quite done", fine: "Everything that needs an answer has one.", faults: "{n} to look at", jump: "Go there", note: "You can go back and change things before you tap “Done”.", row: "Entry {n}",
  },
  fault: {
    required: "This question needs an answer", constraint: "This answer does not fit", refused: "This cannot be recorded, please correct it: {typed}", choice: "The earlier answer “{value}” is not among the choices any more; choose again",
    number: "A number is expected", whole: "A whole number is expected", big: "The number is too large; 2147483647 at most", date: "The date is incomplete or does not exist", time: "The time is incomplete", point: "Latitude or longitude is not right", rank: "Put all choices in order", long: "This is too long to be recorded; shorten it",
    page: "{n} on this page to look at.",
  },
  choice: {
    pick: "Choose", search: "Type to find", none: "No choice fits", empty: "There are no choices", count: "{n} choices", picked: "{n} chosen", clear: "Clear", done: "Chosen", up: "Up", down: "Down",
    add: "Put next", remove: "Take out", ranked: "In order", rest: "Not in order yet: tap one after the other", place: "Place {n}", acknowledge: "Understood", yes: "Yes", no: "No", files: "The list of choices is not on this phone",
  },
  number: { minus: "Plus or minus", less: "Less", more: "More", unset: "No answer", of: "{n} ({from} to {to})", star: "{n} stars" },
  date: { year: "Year", month: "Month", now: "Now", today: "Today", time: "Time", date: "Date" },
  place: {
    record: "Record the position", again: "Record again", stop: "Stop", accept: "Use this position", waiting: "Looking for the position; an open place helps…", accuracy: "Accurate to {m} m", poor: "Not accurate enough yet ({m} m); wait a little", denied: "The position may not be used. Allow it in the browser's settings, or type it",
    none: "No position found. Try in an open place, or type it", manual: "Type latitude and longitude", lat: "Latitude", lon: "Longitude", set: "Take over", add: "Add a point", points: "{n} points", undo: "Remove the last point", few_line: "At least 2 points", few_area: "At least 3 points", finish: "Finish", clear: "Clear",
  },
  file: {
    take: "Take a photo", choose: "Choose a file", again: "Take again", remove: "Remove", record: "Record", stop: "Stop recording", recording: "Recording, {s} s", denied: "Camera or microphone may not be used. Allow it in the browser's settings, or choose a file", busy: "One moment…", failed: "This file cannot be used; choose another",
    full: "This phone has no room, the file is not saved; delete photos or apps and try again", missing: "The file is not on this phone; the answer stays", film: "Take a video", size: "{size}", kept: "File chosen", photo: "Photo", wrong: "Not this kind of file",
  },
  draw: { start_sign: "Sign", start_draw: "Draw", sign: "Sign in the box", draw: "Draw in the box", annotate: "Draw on the photo", undo: "Undo a stroke", clear: "Clear", save: "Use this", type: "Or type the name", typed: "Use the typed name", first: "Take a photo first" },
  barcode: { scan: "Scan", stop: "Stop scanning", manual: "Or type the code", aim: "Hold the code into the frame", none: "This phone cannot scan; please type the code" },
  row: { add: "Add an entry", remove: "Delete this entry", sure: "Delete it? What is in it is deleted too.", yes: "Delete", no: "Keep", empty: "Nothing here yet", open: "Open", unnamed: "Not filled in", faults: "{n} to look at", n: "Entry {n}", fixed: "The form decides how many there are", count: "{n} entries" },
  comment: { title: "What the office says" },
  conflict: { title: "There are two different answers here: choose one, or answer anew", mine: "My answer", other: "The other answer", by: "{who}, {when}", choose: "Choose this", blank: "(no answer)", settled: "Chosen", keep: "Keep the answer as it is" },
  plain: "Phones ask this kind of question in a plain way",
  media: { play: "Play", missing: "Picture or sound not on this phone: {name}" },
};
