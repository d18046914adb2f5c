package collect

import (
	"context"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// List is an entity list on the device.
type List struct {
	Name     string
	Mark     string // the hash its CSV was fetched under
	Entities map[string]*Entity
	Fetched  int // how often the CSV was imported
}

// Entity is one entity on the device.
type Entity struct {
	ID, Label    string
	Version      int
	Properties   map[string]string
	Online       bool // the server has sent it
	Dirty        bool // changed here since
	TrunkVersion int
	BranchID     string
}

// branch is what names a new branch; tests need no randomness.
func (l *List) branch(id string) string { return fmt.Sprintf("branch-%s-%s-%d", l.Name, id, l.Fetched) }

// syncList imports a list whose mark moved, and asks about entities that only this device has.
func (c *Client) syncList(ctx context.Context, m MediaFile) error {
	name := strings.TrimSuffix(m.Name, ".csv")
	l := c.Lists[name]
	if l == nil {
		l = &List{Name: name, Entities: map[string]*Entity{}}
		c.Lists[name] = l
	}
	if l.Mark == m.Hash {
		return nil
	}
	body, _, err := c.fetch(ctx, m.DownloadURL)
	if err != nil {
		return err
	}
	if err := l.merge(body); err != nil {
		return err
	}
	l.Mark = m.Hash
	l.Fetched++
	return c.integrity(ctx, l, m.IntegrityURL)
}

// merge takes the server's CSV. One row that lacks name, label or version ends the import.
func (l *List) merge(body []byte) error {
	r := csv.NewReader(strings.NewReader(string(body)))
	head, err := r.Read()
	if err != nil {
		return &Failure{Kind: "parse", Message: "entity list"}
	}
	rows, err := r.ReadAll()
	if err != nil {
		return &Failure{Kind: "parse", Message: "entity list"}
	}
	at := func(name string) int { return slices.Index(head, name) }
	name, label, version := at("name"), at("label"), at("__version")
	if name < 0 || label < 0 || version < 0 {
		return &Failure{Kind: "parse", Message: "columns of an entity list"}
	}
	sent := map[string]bool{}
	for _, row := range rows {
		v, err := strconv.Atoi(row[version])
		if row[name] == "" || row[label] == "" || err != nil {
			return &Failure{Kind: "parse", Message: "a row of an entity list"}
		}
		sent[row[name]] = true
		theirs := &Entity{ID: row[name], Label: row[label], Version: v, Properties: map[string]string{}, Online: true}
		for i, column := range head {
			if i != name && i != label && !strings.HasPrefix(column, "__") {
				theirs.Properties[column] = row[i]
			}
		}
		ours := l.Entities[theirs.ID]
		if ours != nil && (theirs.Version < ours.Version || theirs.Version == ours.Version && !ours.Dirty) {
			ours.Online = true
			continue
		}
		theirs.TrunkVersion, theirs.BranchID = v, l.branch(theirs.ID)
		l.Entities[theirs.ID] = theirs
	}
	for id, e := range l.Entities {
		if e.Online && !sent[id] {
			delete(l.Entities, id)
		}
	}
	return nil
}

// Offline lists the entities only this device has.
func (l *List) Offline() []string {
	var ids []string
	for id, e := range l.Entities {
		if !e.Online {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// integrity asks whether entities made here were deleted on the server meanwhile.
func (c *Client) integrity(ctx context.Context, l *List, at string) error {
	ids := l.Offline()
	if len(ids) == 0 || at == "" {
		return nil
	}
	sep := "?"
	if strings.Contains(at, "?") {
		sep = "&"
	}
	body, err := c.fetchXML(ctx, at+sep+"id="+url.QueryEscape(strings.Join(ids, ",")))
	if err != nil {
		return err
	}
	var data struct {
		XMLName  xml.Name `xml:"data"`
		Entities []struct {
			ID      string `xml:"id,attr"`
			Deleted string `xml:"deleted"`
		} `xml:"entities>entity"`
	}
	if err := xml.Unmarshal(body, &data); err != nil || data.XMLName.Space != "" {
		return &Failure{Kind: "parse", Message: "integrity"}
	}
	for _, e := range data.Entities {
		switch e.Deleted {
		case "true":
			delete(l.Entities, e.ID)
		case "false":
		default:
			return &Failure{Kind: "parse", Message: "integrity: " + e.Deleted}
		}
	}
	return nil
}
