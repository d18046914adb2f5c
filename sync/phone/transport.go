package phone

import (
	"context"
	"crypto/ecdsa"
	"io"
)

// Transport is the way to the server. Errors carry codes; those the phone acts on are device-revoked (of Pull: it drains from
// then on; of Push: its time to drain is over), too-many-requests, busy. Everything else is a link that failed.
type Transport interface {
	// Bind says who the phone is: after it was opened, and whenever that changed durably. Only then do Push and Pull speak as
	// the new device; an enrolment whose answer the phone could not save never was.
	Bind(c Credentials)
	// Push sends one push (sync/wire) and returns the answer's lines as they come. Body is not packed; packing it is the
	// transport's. device is the author of the body: one of the phone's devices, or a former one, whose body is attested.
	Push(ctx context.Context, device string, body []byte) (io.ReadCloser, error)
	// PushPack sends a sealed pack of another phone.
	PushPack(ctx context.Context, pack []byte) (io.ReadCloser, error)
	// Pull asks for one page.
	Pull(ctx context.Context, cursor string, limit int) (io.ReadCloser, error)
	// Enrol uses a one-time code.
	Enrol(ctx context.Context, r EnrolRequest) (Enrolment, error)
	// Fork enrols anew, without a code, by the former device's certificate and a fresh signature with its key over
	// "ruhu-fork:" device ":" at ":" new public key (base64).
	Fork(ctx context.Context, r ForkRequest) (Enrolment, error)
}

// Credentials are who a phone is.
type Credentials struct {
	Device         string // dv_…
	RegistryDevice string // rg_…
	Certificate    string
	Key            *ecdsa.PrivateKey
}

// EnrolRequest is what a phone says when it enrols with a code.
type EnrolRequest struct {
	Code, Name, Platform string
	Key                  *ecdsa.PrivateKey // the new key; only its public half leaves the phone
}

// ForkRequest is what a phone says when it enrols anew because its log and the server's differ.
type ForkRequest struct {
	Certificate string
	Device      string // the former answers device
	Key, NewKey *ecdsa.PrivateKey
}

// Enrolment is what the server answers.
type Enrolment struct {
	Device         string // dv_…
	RegistryDevice string // rg_…
	Certificate    string
	Worker         string
	WorkerName     string
	Grids          []string
	Epoch          string
	ServerKey      []byte // uncompressed P-256 point that packs are sealed for; nil where the server has none
}
