package collect

import (
	"context"
	"encoding/xml"
	"path"
	"strings"
)

// Item is one entry of a form list.
type Item struct {
	FormID, Name, Version, Hash, DownloadURL, ManifestURL string
}

// Form is a form version on the device.
type Form struct {
	ID, Version string
	XML         []byte
	MD5         string
	Media       map[string][]byte // without entity lists
}

// MediaFile is one entry of a manifest.
type MediaFile struct {
	Name, Hash, DownloadURL, IntegrityURL, Type string
}

const (
	listNS     = "http://openrosa.org/xforms/xformsList"
	manifestNS = "http://openrosa.org/xforms/xformsManifest"
)

type xmlNode struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []xmlNode  `xml:",any"`
}

func (n *xmlNode) child(space, name string) (string, bool) {
	for i := range n.Nodes {
		if n.Nodes[i].XMLName == (xml.Name{Space: space, Local: name}) {
			return n.Nodes[i].Text, true
		}
	}
	return "", false
}

// FormList fetches the list. One entry without id, name or address spoils the whole list, and so does an empty hash.
func (c *Client) FormList(ctx context.Context) ([]Item, error) {
	body, err := c.fetchXML(ctx, strings.TrimRight(c.ServerURL, "/")+"/formList")
	if err != nil {
		return nil, err
	}
	var root xmlNode
	if err := xml.Unmarshal(body, &root); err != nil || root.XMLName != (xml.Name{Space: listNS, Local: "xforms"}) {
		return nil, &Failure{Kind: "parse", Message: "the list"}
	}
	var list []Item
	for i := range root.Nodes {
		n := &root.Nodes[i]
		if n.XMLName != (xml.Name{Space: listNS, Local: "xform"}) {
			continue
		}
		var it Item
		it.FormID, _ = n.child(listNS, "formID")
		it.Name, _ = n.child(listNS, "name")
		it.Version, _ = n.child(listNS, "version")
		it.DownloadURL, _ = n.child(listNS, "downloadUrl")
		it.ManifestURL, _ = n.child(listNS, "manifestUrl")
		hash, has := n.child(listNS, "hash")
		if it.FormID == "" || it.Name == "" || it.DownloadURL == "" || has && hash == "" {
			return nil, &Failure{Kind: "parse", Message: "an entry of the list"}
		}
		if strings.HasPrefix(hash, "md5:") {
			it.Hash = strings.TrimPrefix(hash, "md5:")
		}
		if strings.TrimSpace(it.Version) == "" {
			it.Version = ""
		}
		list = append(list, it)
	}
	return list, nil
}

// Manifest fetches a manifest; one entry that lacks something spoils all of it.
func (c *Client) Manifest(ctx context.Context, at string) ([]MediaFile, error) {
	body, err := c.fetchXML(ctx, at)
	if err != nil {
		return nil, err
	}
	var root xmlNode
	if err := xml.Unmarshal(body, &root); err != nil || root.XMLName != (xml.Name{Space: manifestNS, Local: "manifest"}) {
		return nil, &Failure{Kind: "parse", Message: "the manifest"}
	}
	var list []MediaFile
	for i := range root.Nodes {
		n := &root.Nodes[i]
		if n.XMLName != (xml.Name{Space: manifestNS, Local: "mediaFile"}) {
			continue
		}
		var f MediaFile
		f.Name, _ = n.child(manifestNS, "filename")
		f.Hash, _ = n.child(manifestNS, "hash")
		f.DownloadURL, _ = n.child(manifestNS, "downloadUrl")
		f.IntegrityURL, _ = n.child(manifestNS, "integrityUrl")
		if f.Name == "" || len(f.Hash) < 4 || f.DownloadURL == "" {
			return nil, &Failure{Kind: "parse", Message: "an entry of the manifest"}
		}
		f.Name, f.Hash = path.Base(f.Name), f.Hash[4:]
		for _, a := range n.Attrs {
			if a.Name.Local == "type" {
				f.Type = a.Value
			}
		}
		list = append(list, f)
	}
	return list, nil
}

// Sync brings the device to the server's list: forms that are new or changed are fetched, media whose hash no file has too,
// and forms that the list does not name are removed. It returns what it did: "new ID", "updated ID", "media ID", "removed ID".
func (c *Client) Sync(ctx context.Context) (done []string, err error) {
	list, err := c.FormList(ctx)
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, it := range list {
		listed[it.FormID] = true
		what, err := c.syncOne(ctx, it)
		if err != nil {
			return done, err
		}
		if what != "" {
			done = append(done, what+" "+it.FormID)
		}
	}
	for id := range c.Forms {
		if !listed[id] {
			delete(c.Forms, id)
			done = append(done, "removed "+id)
		}
	}
	return done, nil
}

func (c *Client) syncOne(ctx context.Context, it Item) (what string, err error) {
	var manifest []MediaFile
	if it.ManifestURL != "" {
		manifest, _ = c.Manifest(ctx, it.ManifestURL) // a manifest that cannot be had is as none
	}
	for _, f := range c.Forms[it.FormID] {
		if f.MD5 != it.Hash {
			continue
		}
		changed, err := c.media(ctx, f, manifest)
		if changed {
			what = "media"
		}
		return what, err
	}
	if it.Hash == "" {
		return "", &Failure{Kind: "no-hash", Message: it.FormID}
	}
	body, _, err := c.fetch(ctx, it.DownloadURL)
	if err != nil {
		return "", err
	}
	f := &Form{ID: it.FormID, Version: it.Version, XML: body, MD5: md5Hex(body), Media: map[string][]byte{}}
	if _, err := c.media(ctx, f, manifest); err != nil {
		return "", err
	}
	what = "new"
	kept := c.Forms[it.FormID][:0]
	for _, old := range c.Forms[it.FormID] {
		what = "updated"
		if old.Version != f.Version {
			kept = append(kept, old)
		}
	}
	c.Forms[it.FormID] = append(kept, f)
	return what, nil
}

// media fetches the files whose hash no file on the device has, and entity lists whose mark moved.
func (c *Client) media(ctx context.Context, f *Form, manifest []MediaFile) (changed bool, err error) {
	for _, m := range manifest {
		if m.Type == "entityList" || m.Type == "approvalEntityList" {
			if err := c.syncList(ctx, m); err != nil {
				return changed, err
			}
			continue
		}
		if have, ok := f.Media[m.Name]; ok && md5Hex(have) == m.Hash {
			continue
		}
		body, _, err := c.fetch(ctx, m.DownloadURL)
		if err != nil {
			return changed, err
		}
		f.Media[m.Name], changed = body, true
	}
	return changed, nil
}
