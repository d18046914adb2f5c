// Package export writes the tables researchers and offices take out of the system: one main table and one for each
// repeat, from one snapshot, streaming, so that memory does not grow with rows, and with the same bytes for the
// same snapshot.
//
// A research export holds no registry data, link, location, time of day, date, attachment, party membership or
// free text; records are named by a pseudonym that holds for one grant and snapshot only. Answers the office has
// not settled (in conflict, or of a wrong form) are blank. A reviewer's correction file shows those too, with who
// wrote what on which date.
//
// Formats. CSV: UTF-8 with byte order mark, RFC 4180; a form without repeats is one .csv file, a form with repeats
// is a .zip with one .csv for each table and the codebook. XLSX: a sheet for each table (cut into several where
// a sheet is full) and the codebook.
package export
