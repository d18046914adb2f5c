package submission

// Config is what a Service is made of.
type Config struct {
	Forms    Forms
	Blobs    Blobs
	Entities Entities // nil = nobody keeps entities
}
