export const results = {
  summary: {
    title: "Summary", form: "Form", live: "Live", releases: "Released", none: "Nothing is released yet", noneHint: "It appears here once the street releases a summary.", prepare: "Prepare a release", print: "Print", page: "As a page of its own", json: "JSON", released: "released {date}", by: "by {who}", note: "Note", liveWords: "Counts submitted, returned, needs-review and approved records. Only released versions may be handed on.", open: "Look", back: "Back to the summary", snapshot: "snapshot {id}", noForm: "No form to summarise yet",
  },
  release: {
    title: "Prepare a release", approved: "{n} approved records count", live: "{n} more are not approved and do not", hidden: "Not published ({n})", hiddenWords: "Cells of too few people, or that could be computed from others, are not published.", hiddenNone: "Nothing has to be hidden", look: "What would be released", sign: "Signature", signHint: "Write exactly: {name}. A release is frozen and cannot be changed.", checked: "I have looked at what would be released and at what is hidden", go: "Release", done: "Released", changed: "Something came in after you looked. This is the newest draft; look again.", question: "Question", answer: "Answer", n: "People", percent: "%", unpublished: "not published (protects respondents)", few: "No record is approved: there is nothing to release", noteHint: "Printed on the release; optional",
  },
  exports: {
    title: "Exports", new: "New export", empty: "No exports yet", emptyHint: "Choose form, status and format; it is prepared in the background and you may leave.", form: "Form", format: "Format", status: "Status", area: "Area", whole: "the whole street", state: "Progress", created: "Asked for", file: "File", download: "Download", cancel: "Stop", remove: "Delete", correction: "Correction file (free text and worker codes)", correctionHint: "For the office's own checking; not to be passed on.", start: "Start", started: "Started", queued: "waiting", running: "preparing {done} of {total}", done: "done", failed: "failed: {why}", cancelled: "stopped", defaultStatus: "none = approved records only", formats: { csv: "CSV", xlsx: "Excel (XLSX)", parquet: "Parquet", sav: "SPSS (.sav)", dta: "Stata (.dta)", geojson: "GeoJSON", bundle: "Bundle (data, codebook, design)" }, resume: "a download that breaks off goes on where it stopped", released: "Researchers take released data, without filters.",
  },
} as const;

export const registry = {
  title: "Registry", tab: { followups: "Follow-up", contacts: "Contacts", withdraw: "Withdrawal and restriction" },
  withdraw: { title: "Erase by withdrawal code", words: "Type the code on the slip. Erasing shows nothing and cannot be undone; ten tries an hour.", code: "Withdrawal code", go: "Erase for good", sure: "Erase this interview for good?", done: "Erased. Phones without a network will erase it when they next have one." },
  restrict: { title: "Restrict use", words: "Where a household asks for it, its records are stored only: not reviewed, counted or exported.", household: "Household", on: "Restrict", off: "End the restriction", done: "{n} records" },
  phones: { title: "Phones that have not confirmed an erasure", words: "They may still hold what was erased and are told when they next have a network. Find those that never have one.", none: "All phones have confirmed", worker: "Worker", phone: "Phone", count: "To confirm", since: "Since", last: "Last heard of" },
  followups: { open: "Open ones only", theme: "Theme", household: "Household", grid: "Grid", worker: "Worker", date: "Noted", state: "State", isOpen: "open", isDone: "closed", empty: "No matters", emptyHint: "Matters that households want a reply to are listed here.", title: "Matter", save: "Save", saved: "Saved", contact: "How to reach the household is under “Contacts”", due: "Reply due", newest: "Newest first" },
  contacts: { name: "Name", phone: "Telephone", purpose: "For", matter: "Matter", until: "Kept until", grid: "Grid", household: "Household", add: "Add a contact", edit: "Change", remove: "Remove", removeSure: "Remove this contact?", removed: "Removed", saved: "Saved", empty: "No contacts", emptyHint: "What people left who want a reply, or who would stand; kept for 180 days at most.", purposes: { followup: "follow-up", candidate: "candidate" } },
} as const;

export const audit = {
  title: "Audit", words: "Who looked at what and did what, when. Ids only, no answers.", at: "When", actor: "Who", role: "Role", action: "What", object: "Object", area: "Area", filter: "Filter", rows: "Rows", outcome: "Outcome", ok: "done", denied: "denied", any: "any", from: "From", to: "To", empty: "No entries", csv: "All of it as CSV", verify: "Verify the chain", verifying: "Verifying…", good: "Whole: {n} entries, none changed", bad: "Does not fit the chain from entry {n} on: {why}", nobody: "(nobody signed in)",
} as const;

export const surveys = {
  title: "Surveys", add: "New survey", empty: "There are no surveys yet", emptyHint: "A survey says what is asked, on what ground, until when.", id: "Id", zh: "Chinese title", en: "English title", forms: "Forms and their kinds", form: "Form", kind: "Kind", basis: "Legal basis", basisHint: "e.g. consent", noticeZh: "Notice (Chinese)", noticeEn: "Notice (English)", mode: "Mode", census: "census", sample: "sample", open: "Opens", close: "Closes", retention: "Kept", pipl: "as short as needed", statistical: "two years, statistical", threshold: "Smallest published count", thresholdHint: "At least 5, usually 10", editHours: "May be edited after submission (hours)", linkDays: "Link table kept (days)", pia: "Impact assessment", state: "State", planned: "planned", opened: "open", closed: "closed", doOpen: "Open", doClose: "Close", openSure: "Phones can begin interviews once it is open.", closeSure: "No new interviews after that; begun ones may still come in.", saved: "Saved", addForm: "Another form", replace: "Change",
} as const;

export const erasures = {
  title: "Bulk erasure", words: "Takes two administrators: one asks, another confirms. It cannot be undone. Administrators see no answers.", new: "Ask for an erasure", ids: "Record ids", idsHint: "One a line, 1,000 at most.", count: "{n} records", reason: "Reason", by: "Asked by", at: "When", state: "State", waiting: "waits for a second administrator", done: "erased", confirm: "Confirm", confirmSure: "Erase these {n} records for good?", confirmed: "Erased", requested: "Asked for; another administrator has to confirm", empty: "No bulk erasures", missing: "{n} ids named no record", own: "another administrator has to confirm",
} as const;

export const grants = {
  tab: "Research grants", add: "Grant", user: "Researcher", area: "Area", purpose: "Purpose", until: "Until", from: "From", state: "State", live: "in force", over: "over", end: "Take back", endSure: "The account may take no data from then on.", ended: "Taken back", added: "Granted", all: "Show those that are over", empty: "No grant is in force", none: "There is no researcher's account yet: open one under “Accounts”.",
} as const;

export const map = { title: "Map of grids", rate: "Visited", none: "no data", words: "Each grid is coloured by the share visited: {text}", list: "see the table" } as const;
