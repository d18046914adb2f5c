export const review = {
  queue: {
    title: "Review", one: "Case", village: "Village", form: "Form", worker: "Worker", date: "Submitted", status: "Status", look: "To look at", conflicts: "{n} in conflict", flags: "{n} flags",
    any: "Any status", todo: "To review", filterLook: "To look at", withConflict: "In conflict", clean: "Clean", search: "Case, record id or worker code", newest: "Newest first", oldest: "Oldest first", order: "Order",
    empty: "Nothing waits for review", emptyHint: "New records appear here by themselves when phones send them.", begin: "Begin with the first", total: "{n} in all", flag: "Flag", bulk: "Approve clean ones together ({n})",
  },
  page: {
    title: "Record {case}", back: "Back to the queue", previous: "Previous", next: "Next", last: "This is the last one in the queue", first: "This is the first one in the queue", answers: "Answers", seen: "As the respondent saw it", history: "History", author: "Written by", version: "form version {v}",
    stub: "A draft: its answers are shown once it is submitted.", restricted: "The household asked that this record be stored only; answers are not shown.", assignees: "Handed to", erased: "This record was erased on request", by: "{who} · {date}", office: "street office", changed: "changed {n} times",
    empty: "(no answer)", cleared: "(cleared)", hiddenFields: "Calculated and device fields ({n})", unknown: "Not in the form ({n})", row: "No. {n}", noRows: "none", missingFile: "the file has not come yet", openFile: "Open the file", sealed: "This submission is encrypted.", noModel: "The server does not have this form: only paths and values can be shown.",
    files: "{n} files have not come yet", asSent: "as sent", differs: "the server calculates {value}",
  },
  look: { title: "To look at", none: "Nothing to look at", conflict: "in conflict", flag: "flag", broken: "breaks a rule of the form", merged: "(appeared when several people's answers were merged)", comment: "comment", settleFirst: "{n} in conflict are not settled yet", at: "Go there" },
  conflict: {
    title: "{n} different answers", choose: "Choose this", write: "Write another", chosen: "The answer of {who} was chosen", keepRow: "Keep this row", dropRow: "Remove this row", rowTitle: "One person removed this row while another wrote in it", shown: "shown now", done: "Settled", reasonChosen: "compared, {who}'s answer stands", reasonRow: "compared: {what}",
  },
  edit: { title: "Correct", value: "New answer", reason: "Why it is corrected", reasonEg: "e.g. confirmed by telephone", clear: "Clear the answer", save: "Save the correction", same: "That is the answer shown now.", saved: "Corrected" },
  note: { add: "Comment", at: "Comment: {label}", placeholder: "For whoever filled it in", waiting: "{n} comments are not sent yet; they go with your decision", drop: "Drop", earlier: "Earlier comments" },
  decide: {
    title: "Decide", approve: "Approve", return: "Return", needs_review: "Look again", comment: "On the record as a whole", commentNeeded: "A return needs a reason here, or a comment at a question.", send: "Send", approved: "{case} approved", returned: "{case} returned", needs_review_done: "{case} is to be looked at again", cannotDraft: "A draft cannot be reviewed yet.",
    conflictFirst: "Some conflicts are not settled and will stay. Approve all the same?", anyway: "Approve all the same", wait: "Sending…", failed: "{case} was not sent",
  },
  since: { title: "Something came in after you opened this record", words: "What you wrote is still here. Look at what is new and decide again.", now: "{path}: now {value}", who: "{who} · {date}", only: "No answer is different; it was only saved again.", seen: "I have seen it" },
  more: { title: "More", handover: "Hand over to another worker", move: "Move to another grid", enketo: "Edit in Enketo", to: "To", grid: "Grid", handed: "Handed over", moved: "Moved", current: "Now: {who}", none: "not handed over", code: "worker code" },
  history: { title: "History", all: "All history", of: "History of “{label}”", wrote: "wrote", cleared: "cleared", added: "added a row", removed: "removed a row", over: "over {value} ({who} · {date})", reason: "Reason: {text}", none: "Written once", status: "Status" },
  bulk: {
    title: "Approve clean records together", words: "Clean: submitted, no conflict, no flag, no open possible duplicate. Look at a random sample first, then approve all of them.", draw: "Draw a sample", sample: "{n} of {all} clean records as a sample", open: "Open", seen: "Seen", go: "Approve all {n}", mustSee: "Look at every record of the sample first.", progress: "{n} of {all} approved", done: "{n} approved", refused: "{n} were not approved and stay in the queue", close: "Done", none: "No record is clean", stop: "Stop",
    next: "Next one", of: "Sample {i} of {n}",
  },
  keys: {
    next: "Next record", previous: "Previous record", approve: "Approve", return: "Return", needsReview: "Look again", choose1: "Choose the first answer", choose2: "Choose the second answer", choose3: "Choose the third answer, or write another", write: "Write another answer / correct this one", comment: "Comment on this question", look: "Next thing to look at", lookBack: "Previous thing to look at", down: "Next question", up: "Previous question", history: "History of this question", seen: "As the respondent saw it / answers", back: "Back to the queue",
  },
} as const;
