// Package survey is the domain: surveys with their forms and legal basis, areas, households, case numbers,
// assignments, visits, and records as the office sees them: projection, review, withdrawal, retention.
// It knows neither SQL nor HTTP; ports are implemented under store. See DESIGN.md.
package survey
