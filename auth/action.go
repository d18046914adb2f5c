package auth

// Action names one thing a route does. The server declares an action and an area for every route; the
// permission table says which roles hold it and how far.
type Action string

// Own account.
const (
	SelfRead     Action = "self.read"     // who am I, my sessions; logout
	SelfPassword Action = "self.password" // change my own password
)

// Accounts, phones, enrolment.
const (
	UserList        Action = "user.list"        // accounts of the area
	UserChange      Action = "user.change"      // create, change, disable accounts, set passwords
	SessionEnd      Action = "session.end"      // list and end other people's sessions
	WorkerList      Action = "worker.list"      // names and codes of workers, for hand-over and assignment
	EnrolmentList   Action = "enrolment.list"   // open and used codes (never the code itself)
	EnrolmentCreate Action = "enrolment.create" // draw a one-time code
	EnrolmentRevoke Action = "enrolment.revoke" // make an unused code worthless
	DeviceList      Action = "device.list"      // phones, last contact, grids
	DeviceRevoke    Action = "device.revoke"    // end a phone's reads; its unsent work goes to quarantine
	DeviceConfirm   Action = "device.confirm"   // accept a phone that was re-admitted after a restore
	DeviceDrain     Action = "device.drain"     // prolong the time a revoked phone may still push
	GrantWrite      Action = "grant.write"      // grant and withdraw a worker's grids
	ResearchGrant   Action = "research.grant"   // give a researcher dated access
)

// Areas, surveys, forms.
const (
	AreaList    Action = "area.list"
	AreaWrite   Action = "area.write"
	SurveyList  Action = "survey.list"
	SurveyWrite Action = "survey.write"
	FormRead    Action = "form.read"
	FormWrite   Action = "form.write"
)

// Registry: who lives where. Identity.
const (
	HouseholdList   Action = "household.list"   // households, contacts, candidates
	HouseholdWrite  Action = "household.write"  // import and change them
	AssignmentList  Action = "assignment.list"  // who walks to which household
	AssignmentWrite Action = "assignment.write" // assign
	VisitList       Action = "visit.list"       // visit logs and dispositions of households
)

// Records: what was answered.
const (
	RecordList       Action = "record.list"       // pages of records by case number
	RecordRead       Action = "record.read"       // one record's answers
	RecordHistory    Action = "record.history"    // what was written when and by which worker code
	RecordChange     Action = "record.change"     // correct, resolve a conflict
	RecordReview     Action = "record.review"     // approve, return, comment
	RecordHandover   Action = "record.handover"   // "@assignee"
	RecordMove       Action = "record.move"       // "@grid"
	RecordRestrict   Action = "record.restrict"   // storage only, and back; unseen
	RecordErase      Action = "record.erase"      // the author, while the visit lasts
	ErasureRequest   Action = "erasure.request"   // by two admins, unseen
	WithdrawalCreate Action = "withdrawal.create" // by the respondent's code, unseen
	QuarantineList   Action = "quarantine.list"   // held lines
	QuarantineSettle Action = "quarantine.settle" // release, discard
)

// Sync and attachments.
const (
	SyncPush         Action = "sync.push"
	SyncPull         Action = "sync.pull"
	PackPush         Action = "pack.push"         // carry a sealed pack of another phone
	SyncEvents       Action = "sync.events"       // {street, kind, n}
	AttachmentUpload Action = "attachment.upload" // tus
	AttachmentRead   Action = "attachment.read"   // by hash, of a record one may see
)

// Figures and tables.
const (
	SummaryRead      Action = "summary.read"      // a street's present summary
	ReleaseRead      Action = "release.read"      // frozen, masked summaries
	ReleaseCreate    Action = "release.create"    // freeze and sign one
	ExportCreate     Action = "export.create"     // de-identified microdata, cancel a job
	ExportRead       Action = "export.read"       // progress and file of own exports
	ExportCorrection Action = "export.correction" // a reviewer's correction file with provenance columns
	CodebookRead     Action = "codebook.read"     // questions, labels, missing codes
	QualityRead      Action = "quality.read"      // flags by worker, grid and record
	ProgressRead     Action = "progress.read"     // counts by worker and grid, no household labels
)

// The installation.
const (
	AuditRead     Action = "audit.read"     // who looked at what
	AuditVerify   Action = "audit.verify"   // recompute the chains
	SettingsWrite Action = "settings.write" // thresholds, retention, public URL
	BackupCreate  Action = "backup.create"  // sealed backup files
)
