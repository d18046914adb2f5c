export const shell = {
  nav: {
    label: "Main", overview: "Overview", review: "Review", quarantine: "Quarantine", duplicates: "Duplicates", summary: "Summary", exports: "Exports", quality: "Quality",
    forms: "Forms", surveys: "Surveys", people: "People", registry: "Registry", erasures: "Bulk erasure", audit: "Audit", open: "Open the menu",
  },
  desk: {
    title: "Ruhu · street office", skip: "Skip to content", demo: "Demonstration data: people, places and opinions are invented", street: "Street", chooseStreet: "Choose a street", language: "Language", signOut: "Sign out",
    textSize: "Text size", noStreet: "Choose a street first", noStreetHint: "Choose one at the top of the page, and this shows what it has.", noStreets: "There is no street yet. An administrator imports areas under People · Areas.", live: "Live",
    liveBroken: "Live updates are interrupted and will be back; what you see may be out of date", liveWait: "Connecting to live updates…", updated: "There is something new: refresh", gone: "No such page", goneHint: "The address may be mistyped, or your role does not have this page.",
    home: "To the first page", menu: "Me", nothing: "Your role has no page here. Ask the administrator if you need one.",
  },
  role: { worker: "Worker", reviewer: "Reviewer", registrar: "Registrar", researcher: "Researcher", viewer: "District viewer", auditor: "Auditor", admin: "Administrator" },
  signIn: {
    title: "The session has ended", words: "What you wrote is still on this page. Sign in again and it goes on where it stopped.", user: "User name", password: "Password", go: "Sign in and go on",
  },
  load: {
    wait: "Loading…", failed: "Nothing could be loaded", kept: "What is on the page has not changed.", again: "Try again", empty: "Nothing here", request: "request {id}", noRight: "You may not do this",
  },
  list: {
    next: "Next page", back: "Previous page", page: "Page {n}", rows: "{n} on this page", csv: "This page as CSV", filters: "Filters", clear: "Clear filters", all: "All", search: "Search", more: "there are more",
    none: "Nothing matches", noneHint: "Try fewer filters.", reload: "Refresh", on: "Yes", off: "No", options: "{n}",
  },
  keys: {
    title: "Keys", open: "Keys", help: "Show the keys", off: "No single keys", offHint: "Tick this where dictation or a screen reader types for you; “?” still opens this list.", close: "Close", none: "This page has no keys.", up: "Row above", down: "Row below", go: "Open the row", search: "To the search field",
  },
  ask: { reason: "Reason", reasonHint: "It goes into the history, where others see it", needed: "Fill this in", cancel: "Cancel", close: "Close", ok: "OK", optional: "optional", sending: "Sending…", yes: "Yes", no: "No", choose: "Choose", file: "Choose a file" },
  place: { street: "Street", village: "Village (community)", grid: "Grid", district: "District" },
  unit: { items: "{n}", days: "{n} days" },
} as const;
