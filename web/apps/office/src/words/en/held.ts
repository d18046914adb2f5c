export const held = {
  title: "Quarantine", lines: "To be decided", lost: "Decisions lost in a restore", words: "What is here is stored safely but is not part of any record. Decide each one.", empty: "Nothing is in quarantine", emptyHint: "Everything the phones sent is part of a record.",
  why: "Why", state: "State", record: "Record", form: "Form", version: "Version", grid: "Grid", worker: "Worker", date: "Came in", waiting: "waits for an earlier one", quarantined: "waits for you", open: "Look",
  waitingWords: "The save it goes on from has not come yet. When it comes, this one is merged by itself. If that phone is lost, revoke it under People · Phones.",
  wrote: "What it wrote", nothing: "Nothing to show", added: "added a row: {path}", removed: "removed a row: {path}", now: "The record now", newRecord: "There is no such record yet: it appears once this is merged.", withheld: "The record cannot be shown: {why}",
  release: "Release", releaseWords: "Merges it as it is. Where a form is missing, have the administrator add it first.", correct: "Correct", correctWords: "Discards it, and writes what you confirm below instead.", discard: "Discard", discardWords: "It will not count, and the phone is told why. What was written is not shown any more.",
  released: "Released", corrected: "Corrected", discarded: "Discarded", take: "Write", lostWords: "When the server was restored from a backup, these reviews, corrections or hand-overs made after it were lost. Phones prove that they existed; decide again.", lostEmpty: "No decision was lost", lostDate: "Found", go: "Open the record",
} as const;

export const twice = {
  title: "Possible duplicates", words: "One case number and form has more than one record. Compare them and decide: keep all, call two the same visit, or return one.", empty: "No possible duplicates", emptyHint: "A second record of a household and form appears here.", settled: "Show settled ones too", case: "Case", form: "Form", village: "Village", records: "Records", count: "{n}",
  state: "State", open: "to decide", done: "settled", compare: "Compare", only: "Differences only", same: "All answers are the same.", question: "Question", keep: "Keep all", keepWords: "They are visits of their own; all count.", link: "Same visit as another", linkWords: "This one is no longer counted; the other stands for it.", of: "Which one stands", return: "Return this one", returnWords: "The reason goes to its author as a comment.",
  kept: "kept", linked: "same as {case}, not counted", back: "Back to the list", settledDone: "Settled", next: "Next group", record: "No. {n}", full: "Open the record", gone: "This group is settled: one record is left.", unreadable: "This record cannot be shown now",
} as const;
