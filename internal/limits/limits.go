// Package limits holds every limit of the system in one place. A limit is a contract with phones
// and offices: raising one is compatible, lowering one needs a decision record.
package limits

import "time"

// Sync: what one push may carry.
const (
	PushBytes          = 1 << 20  // bytes of one push body after decompression
	PushLines          = 1000     // change sets in one push
	PushWireBytes      = 1 << 20  // bytes of one push body before decompression
	BundleBytes        = 16 << 20 // a file of packs that the office takes
	BundlePacks        = 1000
	DecompressRatio    = 50 // decompressed bytes per compressed byte, at most
	LineBytes          = 256 << 10
	ChangeOps          = 500 // set + add + del of one change set
	JSONDepth          = 32
	JSONKeys           = 1000    // keys of one JSON object
	StateKeys          = 1 << 20 // of one in a record's state, which many change sets made
	CtxEntries         = 500
	PathBytes          = 512
	PathSegments       = 32 // segments of one path
	PathRows           = 8  // repeats nested in one path
	ShortValueBytes    = 1 << 10
	LongValueBytes     = 16 << 10
	NameRunes          = 200
	IDBytes            = 128
	PullRows           = 500
	PullBytes          = 512 << 10
	SyncPerMinute      = 120 // requests a minute for one device
	SyncInFlight       = 4
	DrainDays          = 14 // days a revoked device may still push
	UnsafeWarnDays     = 90
	WithdrawalsPerHour = 10
)

// XML: what an uploaded form may hold.
const (
	XMLBytes = 8 << 20
	XMLDepth = 32
	XMLNodes = 400_000

	XLSXBytes     = 8 << 20  // a workbook a form is made of
	XLSXPartBytes = 16 << 20 // what is read of it, unpacked
	XLSXParts     = 2_000    // entries of the zip
	XLSXRatio     = 200      // unpacked bytes per packed byte of a part over 1 MiB
	XLSXRows      = 300_000  // rows of one sheet
	XLSXColumns   = 512
	XLSXWords     = 8 << 20 // all cells of one workbook together: the form made of them has no room for more

	FormIDBytes     = 512     // of a form's id, and of its version
	FormNodes       = 20_000  // groups, repeats and questions of one form
	FormChoices     = 250_000 // choices of all lists written in one form
	FormLanguages   = 64
	FormEntities    = 64
	FormReferences  = 200_000 // ${} of one spreadsheet
	XMLAttributes   = 256     // of one element
	ExpressionDepth = 64      // brackets within brackets

	EntityProperties = 250      // of one entity
	EntityBytes      = 64 << 10 // label and properties together
	EntityChanges    = 2000     // of one entity; what comes later is listed for the office

	SubmissionBytes = 4 << 20 // the XML of one submission; its files come beside it
	SubmissionNodes = 100_000 // elements, attributes and texts
	InstanceIDChars = 249
	// SubmissionFiles is how many files one post may carry, SubmissionVersions how many versions of one record are kept, and
	// SubmissionRecordBytes how many bytes of XML they may come to.
	SubmissionFiles       = 500
	SubmissionVersions    = 200
	SubmissionRecordBytes = 16 << 20
)

// HTTP: times and sizes of the listener.
const (
	HeaderBytes       = 64 << 10 // an OpenRosa client asks about many entities in one address
	LoginBytes        = 8 << 10
	BodyBytes         = 8 << 20 // imports
	OfficeBytes       = 1 << 20 // JSON of the office
	FormUploadBytes   = 32 << 20
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 60 * time.Second
	WriteTimeout      = 60 * time.Second
	IdleTimeout       = 120 * time.Second
	ShutdownTimeout   = 20 * time.Second
)

// Shapes of areas.
const (
	ShapeFeatures  = 5_000   // of one upload
	ShapePoints    = 400_000 // of one upload
	ShapePageBytes = 1 << 20 // of one answer
)

// Attachments.
const (
	AttachmentBytes     = 20 << 20
	AttachmentPerRecord = 10
	AttachmentDayBytes  = 500 << 20
)

// OpenRosa: what a client may post.
const (
	OpenRosaAdvised   = 10_000_000       // what HEAD tells clients; they split at it, a single larger file still comes whole
	OpenRosaBytes     = 128 << 20        // of one post
	OpenRosaHeld      = 16 << 20         // of files that come before the XML
	OpenRosaPerSecond = 200              // requests of one app user: a client asks once for each form, and twice for each record
	OpenRosaDuration  = 30 * time.Minute // of one request, as long as bytes move
)

// Writer admission: beyond these the answer is 503 with Retry-After.
const (
	WriterQueue = 256
	WriterWait  = 2 * time.Second
)

// Disk and log.
const (
	FreeDiskWarnPercent = 10
	FreeDiskFloor       = 256 << 20
	WALAlarmBytes       = 64 << 20
)

// Accounts, tokens, codes.
const (
	AccessTTL           = 10 * time.Minute
	RefreshTTL          = 60 * 24 * time.Hour
	SessionTTL          = 180 * 24 * time.Hour
	OfficeSessionTTL    = 12 * time.Hour
	RefreshGrace        = 60 * time.Second
	TokenLeeway         = 60 * time.Second
	RevocationLag       = 5 * time.Second
	EnrolmentTTL        = 72 * time.Hour
	EnrolmentMaxTTL     = 14 * 24 * time.Hour
	ResearchMaxTTL      = 2 * 366 * 24 * time.Hour // of one research grant
	PasswordMinRunes    = 15
	PasswordMaxRunes    = 256
	LoginPerAccount15m  = 10
	LoginPerAccountHour = 100
	LoginPerIPMinute    = 30
	LoginGlobalSecond   = 20
	ArgonConcurrent     = 2
	DigestNonce         = 10 * time.Minute // age of a nonce that GET and HEAD may still use
	DigestNonceBody     = time.Hour        // of one that a POST may, whose HEAD fetched it
	EditGrantTTL        = 12 * time.Hour   // a record handed out to Enketo may be posted back
)

// Protection of respondents.
const (
	ThresholdDefault = 10
	ThresholdMin     = 5
	LinkTTLDays      = 30
	EditHours        = 24
)
