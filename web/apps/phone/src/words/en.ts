import type { Own } from "./index.ts";

export const en: Own = {
  tab: { today: "Today", todo: "To do", send: "Send", settings: "Settings", label: "Main menu" },
  common: {
    back: "Back", done: "Done", cancel: "Cancel", ok: "All right", loading: "Opening…", retry: "Try again", more: "More", close: "Close", optional: "optional", and: "; ",
    broken: "This did not open", brokenNext: "Everything you wrote is on the phone. Try again; if it stays so, tell the street office.",
    morning: "morning", afternoon: "afternoon or evening",
  },
  gate: {
    wechat: "Open it in the browser", wechatWhy: "In WeChat nothing you write is kept.", wechat1: "Tap “…” at the top right", wechat2: "Choose “Open in browser”", wechat3: "In the browser's menu choose “Add to home screen”",
    copy: "Copy the link", copied: "Copied: paste it in the browser",
    old: "This browser cannot be used", oldWhy: "It cannot keep what you write safely.", oldNext: "Use a recent Chrome, Edge, Firefox or the phone's own browser, and open a link that begins with https.",
    noScript: "Switch JavaScript on",
  },
  start: {
    lead: "With the code the administrator gave you, this phone becomes yours to work with.", scan: "Scan the QR code", type: "Type the code", hint: "The code is on the slip or in the link the administrator gave you", noCamera: "The camera may not be used. Allow it in the browser's settings, or type the code.",
    noScanner: "This browser cannot scan. Type the code, or scan with the phone's camera to open the link.", aim: "Hold the QR code into the frame", notOurs: "This is not an enrolment code",
    codeFound: "The code is filled in", next: "Next",
    pinTitle: "Choose a PIN", pinWhy: "It is asked each time. If the phone is lost, nobody can read what you wrote.", pinAgain: "Enter it once more", pinDiffers: "The two differ: please choose again",
    passphrase: "Use a longer passphrase", digits: "Use 6 digits", phraseHint: "At least 8 characters of any kind", weak: "Too easy to guess: choose another", forgot: "Remember it: if you forget it, the street office has to enrol you anew; nothing you wrote is lost.",
    working: "Enrolling…", receiving: "Receiving today's list…", another: "Enrol another worker", install: "Put it on the home screen and open it like an app", installDo: "Add", offlineReady: "Works without a signal now", offlineWait: "Getting ready to work without a signal: stay connected…",
    offline: "Enrolling needs a connection. Try again where there is a signal.",
  },
  open: {
    title: "Unlock", who: "Which number are you?", mark: "No. {n}", tries: "Tries left: {n}", forgot: "I forgot my PIN", forgotText: "Nobody can bring a PIN back. Ask the administrator for a new code and enrol again; what is unsent on this phone goes to the street office with it. Nothing is lost.",
    destroyed: "Locked for good", destroyedText: "Too many wrong PINs: nobody can open this any more. What was not sent is sealed for the server: it goes out when you enrol again, or you can export it to a file first.", exportPack: "Export what was not sent", enrolAgain: "Enrol with a new code", lastOpened: "Last opened: {time}",
    phrase: "Passphrase", usePhrase: "Use a passphrase", useDigits: "Use digits", checking: "Opening…", full: "The phone is full, so it does not open. Delete some photos or apps, then try again. What you wrote is still here.",
  },
  today: {
    title: "Today", toFill: "To fill in", none: "Nothing has been assigned to you yet", noneNext: "When something is assigned to you, tap “Receive” where there is a signal. A grid that was given to somebody else leaves this list.", receive: "Receive", search: "Find a door", filter: "Filter", all: "All", allDone: "All doors are done", allDoneNext: "Look under “Send” whether everything has arrived.",
    noMatch: "Nothing fits", noMatchNext: "Try other words, or tap “All”.", progress: "{done} of {total} done", others: "{n} done by others", due: "by {date}", attempts: "visited {n}×", places: "Village and other forms", grid: "Grid {code}", gridOf: "{village}, grid {n}", again: "Filled in here already", againNew: "Begin another one", againOpen: "Look at what is there", chooseForm: "Which form?", choosePlace: "Which village or community?", doors: "({n})", start: "Begin one", resume: "Go on", drafts: "Not finished",
    order: "In walking order", overdue: "overdue", appointmentOn: "{date}", missed: "Appointment missed: {date}", refused: "Refused", held: "The office decides", other: "Other forms", follow: "Follow-up", formsMissing: "The form is not on this phone yet: tap “Receive” where there is a signal.",
    unsentBadge: "{n} not yet sent", allSent: "Everything is sent", begin: "Fill in another form",
  },
  door: {
    title: "This door", history: "Earlier visits", never: "First visit", notice: "Notice", version: "version {n}", read: "Read it to the person", readAloud: "Read aloud", stop: "Stop reading", noVoice: "This phone cannot read aloud: please read it yourself", noNotice: "The notice has not been received yet: receive once before you visit.",
    begin: "It was read: begin", go: "Go on", open: "Open", notNow: "No interview", refuse: "Refused", refuseWho: "Who refused?", nobody: "Nobody at home", appointment: "Appointment", other: "Something else", more: "All outcomes", why: "Reason", record: "Note it", recordOf: "Note: {what}",
    when: "Which day?", tomorrow: "Tomorrow", dayAfter: "Day after", saved: "Noted: {what}", follow: "The person wants a reply", followHint: "A form of its own, with nothing from the interview", reasons: { "1": "No time", "2": "No trust", "3": "Fear of consequences", "4": "Other" }, later: "Not now", past: "Choose a day after today", max: "Six visits already: talk to the street office.",
    half: "Only the date and half of the day are kept, no time", caseNumber: "Case {case}", candidate: "Someone is willing to stand", candidateHint: "Name and telephone are noted by the street office, not in this form",
  },
  talk: {
    saved: "Saved", saving: "Saving…", unsaved: "Writing…", menu: "Menu", leave: "Leave it for now", erase: "Delete this interview", eraseSure: "It cannot be brought back.", eraseDo: "Delete", keep: "Keep it", overview: "See what is missing", language: "Language of the form", slip: "Code", submit: "Submit", submitted: "Submitted, and kept on the phone", submitSure: "After this the street office reviews it.", faults: "To look at: {n}",
    elsewhere: "This form is open in another window", takeOver: "Go on here", goBack: "Back to today", lost: "This form was opened elsewhere or deleted", lostNext: "What was written until then is saved.", full: "The phone is full: not saved yet", fullNext: "What you wrote is still on the screen. Delete some photos or apps, then tap “Try again”.", failed: "It was not saved", failedNext: "What you wrote is still on the screen. Try again.", retry: "Try again",
    closed: "This form is no longer collected", refusedForm: "This form does not open on a phone", refusedNext: "Please tell the street office: {why}", formMissing: "The form is not on this phone", formMissingNext: "Tap “Receive” where there is a signal, then come back.", endRefused: "The person does not agree: only the refusal is noted, no answer is kept.", endMinor: "Under 18: only the outcome is noted, no answer is kept.", endDo: "End and go back", followAsk: "The person wants a reply", followAskText: "Note it now in a form of its own?", followYes: "Yes, note it", followNo: "Not needed", comments: "Remarks of the office: {n}", conflicts: "Answers that differ: {n}. Choose one at each", show: "Show",
    fileMissing: "{n} files are not on the phone: take them again or remove them: {names}", handed: "Filled in by two",
  },
  slip: { title: "Withdrawal code", lead: "Write it on the slip and leave it with the person. With it these answers can be erased at any time.", given: "The slip was left", later: "A little later", note: "Once the slip is left, only the code can erase this interview.", before: "The slip was not left yet" },
  self: {
    offer: "Let the person answer alone", offerText: "Large type; pages that are done cannot be looked at again.", hand: "Hand over the phone", title: "Please answer yourself", lead: "Your answers are not shown to the village. Tap “Next” after each page; you cannot go back.", begin: "Begin", back: "Please hand the phone back", backText: "The interviewer enters the PIN and goes on.", unlock: "I am the interviewer", stop: "Hand it back", locked: "What the person answered is locked and cannot be looked at.",
  },
  todo: {
    title: "To do", none: "Nothing to do here", noneNext: "What the office sends back, and answers that differ, appear here.", returned: "Sent back", returnedText: "The office has remarks: correct it and submit again", clash: "Different answers", clashText: "One question has two answers: choose one", open: "Correct it", choose: "Choose", comments: "Remarks: {n}", places: "Answers that differ: {n}", whole: "All of it", drafts: "Not finished", draftsText: "Begun and not submitted",
    removed: "This entry was deleted while somebody was filling it in", keepRow: "Keep it", dropRow: "Delete it", mine: "My answer", other: "The other answer", blank: "(no answer)", stub: "The answers are not on this phone",
  },
  send: {
    title: "Send", now: "Send now", sending: "Sending…", receiving: "Receiving…", forms: "Downloading forms…", files: "Sending photos {done} of {total}", nothing: "Everything is on the server", unsent: "on the phone, not yet sent", photos: "photos and files: {n}, {size}", drafts: "not finished: {n} (sent when you submit or leave them)", merged: "The server has it", waiting: "The server has it and waits for what came before", held: "The office decides", void: "Will not count", safe: "In a backup", unsafe: "Waits for the backup",
    last: "Last sent and received: {time}", never: "Not sent and received yet", next: "Again at {time}", offline: "No signal now", offlineNext: "Everything is on the phone and goes out by itself when there is a signal.", details: "Look at each", noDetails: "Nothing written yet", sets: "saved {n}×", why: "Why: {why}", pack: "No signal? Carry it as a file", packText: "What is unsent becomes one sealed file. Give it to somebody on a memory card or by Bluetooth; another phone or the office sends it. Only the server can open it.", packDo: "Export a file", packNone: "Nothing to send", packDone: "The file is exported. Everything stays on the phone until the server has it.", carry: "Send somebody else's file", carryText: "Choose a file that another phone exported and send it from here. You cannot see what is in it.", carryDo: "Choose the file", carried: "Arrived: {merged} counted, {waiting} waiting, {held} for the office, {void} not counted, {refused} not taken", filesOf: "files not sent yet: {n}",
    revoked: "This phone was taken out of use", forks: "This phone was renumbered {n} times; nothing is lost", longUnsafe: "{n} items are in no backup after 90 days: tell the street office.", clock: "The phone's clock is off by {minutes} minutes: check date and time.", registry: "visit log", answersOf: "interview",
    wait: "again in {s} s", complete: "Complete as of {time}", incomplete: "Not received completely yet",
  },
  own: {
    language: "Language", textSize: "Text size", normal: "Normal", large: "Large", largest: "Largest", sample: "How satisfied are you with the roads?", role: "I am a", roles: { "1": "grid worker", "2": "liaison cadre", "3": "first secretary" }, pin: "Change the PIN", oldPin: "PIN so far", newPin: "New PIN", pinChanged: "The PIN is changed", storage: "Storage", ask: "Ask the browser to keep it", asked: "The browser did not agree. Put the app on the home screen, and send often.", unknown: "The browser does not say whether it keeps what is here", quota: "{mb} MB left", lock: "Lock now",
    signOff: "Stop using this phone", signOffText: "Sends what is unsent, then deletes everything of yours from this phone.", signOffDo: "Stop using it", signOffSure: "Are you sure?", notEmpty: "Something has not arrived yet: send first.", signedOff: "Done: nothing of yours is on this phone", version: "Version {v}", me: "{name}", worker: "Grids: {grids}", offline: "App",
  },
  update: { ready: "A new version is ready", now: "Update", later: "After the interview", busy: "A form is open: finish it first.", again: "Updating…" },
  kind: { sentiment: "Household survey", candidate: "Candidate's interview", village: "Village sheet", appraisal: "Appraisal", visit: "Visit log", followup: "Follow-up", backcheck: "Back-check", other: "Form" },
  fault: {
    locked: "Locked: unlock it first.", "wrong-pin": "Wrong PIN. Tries left: {left}.", "pin-destroyed": "Too many wrong PINs: locked for good. What you wrote is not lost; ask the street office.", "weak-pin": "This PIN is too easy to guess: choose another.", "storage-full": "The phone is full: not saved yet. Delete some photos or apps first.", "storage-failed": "The phone did not store it: try again.", "open-elsewhere": "This form is open in another window.", "taken-over": "This form was opened in another window.", "attachment-missing": "Files are not on the phone: take them again or remove them: {names}", "form-missing": "The form is not on this phone: receive it where there is a signal.", "photo-unreadable": "This photo cannot be read: take it again.", "outbox-not-empty": "Something has not arrived yet: send first.", "not-erasable": "The slip was left: only the withdrawal code can erase it.", "not-a-pack": "This is not a file that a phone exported.", "nothing-unsent": "Nothing to send.", "already-enrolled": "This phone is enrolled already.",
  },
};
