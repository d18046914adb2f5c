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
	UsersRead        Action = "users.read"        // accounts of the area
	UsersManage      Action = "users.manage"      // create, change, disable accounts, set passwords
	SessionsManage   Action = "sessions.manage"   // list and end other people's sessions
	WorkersRead      Action = "workers.read"      // names and codes of workers, for hand-over and assignment
	EnrolmentsRead   Action = "enrolments.read"   // open and used codes (never the code itself)
	EnrolmentsCreate Action = "enrolments.create" // draw a one-time code
	EnrolmentsRevoke Action = "enrolments.revoke" // make an unused code worthless
	DevicesRead      Action = "devices.read"      // phones, last contact, grids
	DevicesRevoke    Action = "devices.revoke"    // end a phone's reads; its unsent work goes to quarantine
	DevicesConfirm   Action = "devices.confirm"   // accept a phone that was re-admitted after a restore
	DevicesDrain     Action = "devices.drain"     // prolong the time a revoked phone may still push
	GrantsManage     Action = "grants.manage"     // grant and withdraw a worker's grids
	ResearchGrant    Action = "research.grant"    // give a researcher dated access
)

// Areas, surveys, forms.
const (
	AreasRead     Action = "areas.read"
	AreasManage   Action = "areas.manage"
	SurveysRead   Action = "surveys.read"
	SurveysManage Action = "surveys.manage"
	FormsRead     Action = "forms.read"
	FormsManage   Action = "forms.manage"
)

// Registry: who lives where. Identity.
const (
	RegistryRead     Action = "registry.read"     // households, contacts, candidates
	RegistryWrite    Action = "registry.write"    // import and change them
	AssignmentsRead  Action = "assignments.read"  // who walks to which household
	AssignmentsWrite Action = "assignments.write" // assign
	VisitsRead       Action = "visits.read"       // visit logs and dispositions of households
)

// Records: what was answered.
const (
	RecordsList      Action = "records.list"       // pages of records by case number
	RecordsRead      Action = "records.read"       // one record's answers
	RecordsHistory   Action = "records.history"    // what was written when and by which worker code
	RecordsChange    Action = "records.change"     // correct, resolve a conflict
	RecordsReview    Action = "records.review"     // approve, return, comment
	RecordsHandover  Action = "records.handover"   // "@assignee"
	RecordsMove      Action = "records.move"       // "@grid"
	RecordsRestrict  Action = "records.restrict"   // storage only, and back; unseen
	RecordsEraseOwn  Action = "records.erase-own"  // the author, while the visit lasts
	RecordsEraseBulk Action = "records.erase-bulk" // by two admins, unseen
	WithdrawalsErase Action = "withdrawals.erase"  // by the respondent's code, unseen
	QuarantineRead   Action = "quarantine.read"    // held lines
	QuarantineSettle Action = "quarantine.settle"  // release, discard
)

// Sync and attachments.
const (
	SyncPush          Action = "sync.push"
	SyncPull          Action = "sync.pull"
	PacksPush         Action = "packs.push"         // carry a sealed pack of another phone
	EventsRead        Action = "events.read"        // {street, kind, n}
	AttachmentsUpload Action = "attachments.upload" // tus
	AttachmentsRead   Action = "attachments.read"   // by hash, of a record one may see
)

// Figures and tables.
const (
	SummariesRead     Action = "summaries.read"     // a street's present summary
	ReleasesRead      Action = "releases.read"      // frozen, masked summaries
	ReleasesCreate    Action = "releases.create"    // freeze and sign one
	ExportsCreate     Action = "exports.create"     // de-identified microdata, cancel a job
	ExportsRead       Action = "exports.read"       // progress and file of own exports
	ExportsCorrection Action = "exports.correction" // a reviewer's correction file with provenance columns
	CodebooksRead     Action = "codebooks.read"     // questions, labels, missing codes
	QualityRead       Action = "quality.read"       // flags by worker, grid and record
	ProgressRead      Action = "progress.read"      // counts by worker and grid, no household labels
)

// The installation.
const (
	AuditRead      Action = "audit.read"      // who looked at what
	AuditVerify    Action = "audit.verify"    // recompute the chains
	SettingsManage Action = "settings.manage" // thresholds, retention, public URL
	BackupsCreate  Action = "backups.create"  // sealed backup files
)
