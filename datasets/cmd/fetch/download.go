package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
)

// downloader brings files, one after the other. Its times are fields, so that tests need not wait.
type downloader struct {
	client *http.Client
	show   *progress
	tries  int           // in a row that bring nothing new, before it gives up
	pause  time.Duration // after an attempt that brought something; doubles with each that did not
	stall  time.Duration // without a byte, after which a connection counts as cut off
}

// newDownloader returns one with the patience that a slow line needs: it gives up after about 15 seconds of
// failures.
func newDownloader(show *progress) *downloader {
	return &downloader{client: &http.Client{}, show: show, tries: 4, pause: time.Second,
		stall: 30 * time.Second}
}

// final is an error that no further attempt would change, such as a file that is not there.
type final struct{ error }

// get downloads address to file unless it is there. It writes file.part first and renames it when complete
// and, if sum is known, right. An interrupted download goes on where it stopped, now or in a later run; when
// the sum is not known, only if the server says by its tag that the content is still the same.
func (d *downloader) get(ctx context.Context, address, file, sum string) error {
	if present(file, sum) {
		d.show.there()
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return fault.New("in-place", filepath.Dir(file), fault.Cause(err))
	}
	p := &partial{url: address, file: file + ".part", sum: sum}
	if err := d.complete(ctx, p); err != nil {
		return fault.New("in-place", address, err)
	}
	if err := keep.Move(p.file, file); err != nil {
		return err
	}
	os.Remove(p.tagFile())
	d.show.done()
	return nil
}

// present reports whether file is there and, if sum is known, right. Files get their names only once they are
// complete.
func present(file, sum string) bool {
	if _, err := os.Stat(file); err != nil || sum == "" {
		return err == nil
	}
	got, err := sumOf(file)
	return err == nil && got == sum
}

// sumOf returns the sha256 of a file in hexadecimal.
func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// complete downloads until p is complete and right, trying again as long as that may help.
func (d *downloader) complete(ctx context.Context, p *partial) error {
	inherited := p.size() > 0
	if err := d.persist(ctx, p); err != nil {
		return err
	}
	err := p.check()
	if err == nil {
		return nil
	}
	p.discard()
	if !inherited {
		return err
	}
	return d.complete(ctx, p) // what an earlier run left was wrong: once more from the start
}

// persist makes attempts until one reaches the end of the file, with pauses that double while nothing
// arrives. An attempt that brought something is a success of its own: only failures in a row count.
func (d *downloader) persist(ctx context.Context, p *partial) error {
	var last final
	for failed := 0; ; {
		before := p.size()
		err := d.attempt(ctx, p)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &last):
			return last.error
		case p.size() > before:
			failed = 0
		default:
			failed++
		}
		if failed >= d.tries {
			return fault.New("fetch-gave-up", failed, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d.pause << failed):
		}
	}
}

// attempt asks once for what is missing of p, and appends what arrives. A connection on which nothing arrives
// for the time stall is given up; each piece that does starts that time anew.
func (d *downloader) attempt(ctx context.Context, p *partial) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(d.stall, func() { cancel(fault.New("fetch-silent", d.stall.Seconds())) })
	defer watch.Stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return final{err}
	}
	p.resume(request)
	response, err := d.client.Do(request)
	if err != nil {
		return cause(ctx, err)
	}
	defer response.Body.Close()
	start, total, err := p.begin(response)
	if err != nil {
		return err
	}
	body := &observed{r: response.Body, n: start, each: func(n int64) {
		watch.Reset(d.stall)
		d.show.bytes(n, total)
	}}
	if err := p.append(body, start); err != nil {
		if _, last := errors.AsType[final](err); last {
			return err
		}
		if total < 0 {
			return fault.New("fetch-cut-off", body.n, cause(ctx, err))
		}
		return fault.New("fetch-cut-off-of", body.n, total, cause(ctx, err))
	}
	if total >= 0 && body.n != total {
		return fault.New("fetch-length", body.n, total)
	}
	return nil
}

// cause prefers the reason why a context was cancelled to what the connection made of it, and leaves out the
// address, which is said once.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	if of, ok := errors.AsType[*url.Error](err); ok {
		return of.Err
	}
	return err
}

// observed calls each with the bytes read so far, counted from n: those that were there before.
type observed struct {
	r    io.Reader
	n    int64
	each func(n int64)
}

func (o *observed) Read(b []byte) (int, error) {
	n, err := o.r.Read(b)
	o.n += int64(n)
	o.each(o.n)
	return n, err
}

// partial is a download that is under way, in a file that a later run may continue.
type partial struct {
	url, file, sum string
}

// tagFile holds the ETag that came with the first bytes.
func (p *partial) tagFile() string { return p.file + ".tag" }

// size is the number of bytes that are here; 0 when there is no file.
func (p *partial) size() int64 {
	info, err := os.Stat(p.file)
	if err != nil {
		return 0
	}
	return info.Size()
}

// discard forgets what is here, so that the next attempt starts over.
func (p *partial) discard() {
	os.Remove(p.file)
	os.Remove(p.tagFile())
}

// resume asks for the rest only, where that is safe: the sum will tell, or the tag must be the same.
func (p *partial) resume(request *http.Request) {
	// Otherwise the client would ask for gzip by itself, and positions would count compressed bytes.
	request.Header.Set("Accept-Encoding", "identity")
	size := p.size()
	tag, _ := os.ReadFile(p.tagFile())
	if size == 0 || p.sum == "" && len(tag) == 0 {
		return
	}
	request.Header.Set("Range", fmt.Sprintf("bytes=%d-", size))
	if len(tag) > 0 {
		request.Header.Set("If-Range", string(tag))
	}
}

// begin returns at which byte the answer starts, and the length of the whole file, -1 where the server does
// not say. What cannot be continued is discarded, for the next attempt to start over. Answers that may be
// others later, such as too many requests, are errors to try again; the rest are final.
func (p *partial) begin(response *http.Response) (start, total int64, err error) {
	switch response.StatusCode {
	case http.StatusOK:
		// A weak tag does not promise the same bytes.
		if tag := response.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
			err = os.WriteFile(p.tagFile(), []byte(tag), 0o666)
		} else {
			os.Remove(p.tagFile())
		}
		return 0, response.ContentLength, err
	case http.StatusPartialContent:
		var end int64
		_, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-%d/%d", &start, &end, &total)
		if err != nil || start != p.size() {
			p.discard()
			return 0, 0, fault.New("fetch-other-range", response.Header.Get("Content-Range"))
		}
		return start, total, nil
	case http.StatusRequestedRangeNotSatisfiable:
		p.discard()
		return 0, 0, fault.New("fetch-too-long")
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return 0, 0, fault.New("fetch-answer", response.Status)
	}
	switch code := response.StatusCode; {
	case code >= 500:
		return 0, 0, fault.New("fetch-answer", response.Status)
	case code == http.StatusNotFound || code == http.StatusGone:
		return 0, 0, final{fault.New("fetch-moved", response.Status)}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return 0, 0, final{fault.New("fetch-forbidden", response.Status)}
	}
	return 0, 0, final{fault.New("fetch-answer", response.Status)}
}

// append writes what comes from r at start, which is either the end of what is there or 0.
func (p *partial) append(r io.Reader, start int64) error {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if start == 0 {
		flags |= os.O_TRUNC
	}
	out, err := os.OpenFile(p.file, flags, 0o666)
	if err != nil {
		return final{fault.New("in-place", p.file, fault.Cause(err))}
	}
	_, err = io.Copy(&disk{out, p.file}, r)
	if closing := out.Close(); err == nil && closing != nil {
		err = unwritten(p.file, closing)
	}
	return err
}

// unwritten says why a file cannot be written, and what to do where no room is left.
func unwritten(name string, err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return final{fault.New("fetch-no-room", name, fault.Cause(err))}
	}
	return final{fault.New("in-place", name, fault.Cause(err))}
}

// disk writes to a file. What goes wrong there, as when no room is left, no further attempt would change.
type disk struct {
	file *os.File
	name string
}

func (d *disk) Write(b []byte) (int, error) {
	n, err := d.file.Write(b)
	if err != nil {
		err = unwritten(d.name, err)
	}
	return n, err
}

// check compares the whole file with the known sum; without one, its length has to do.
func (p *partial) check() error {
	if p.sum == "" {
		return nil
	}
	got, err := sumOf(p.file)
	if err != nil {
		return err
	}
	if got != p.sum {
		return fault.New("fetch-other-file", got, p.sum, p.url)
	}
	return nil
}

// unpack brings the members of the source's archive, unless all are there, and removes the archive
// afterwards. A source without an archive has no members.
func (d *downloader) unpack(ctx context.Context, from source, dir string) error {
	missing := false
	for _, m := range from.members {
		missing = missing || !present(target(dir, from.id, m), "")
	}
	if !missing {
		return nil
	}
	archive := target(dir, from.id, "data.zip")
	d.show.begin(from.id + " " + path.Base(from.archive))
	if err := d.get(ctx, from.archive, archive, ""); err != nil {
		return err
	}
	if err := extract(archive, from, dir); err != nil {
		// A broken archive is of no use to the next run.
		return errors.Join(fault.New("in-place", archive, err), os.Remove(archive))
	}
	return os.Remove(archive)
}

// extract writes the wanted members to where single downloads would go.
func extract(archive string, from source, dir string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fault.New("fetch-no-archive", err)
	}
	defer z.Close()
	for _, m := range from.members {
		entry := member(z.File, m)
		if entry == nil {
			return fault.New("fetch-no-member", m)
		}
		if err := extractTo(entry, target(dir, from.id, m)); err != nil {
			return fault.New("in-place", entry.Name, fault.Cause(err))
		}
	}
	return nil
}

// member returns the entry with that name in whatever folder.
func member(entries []*zip.File, name string) *zip.File {
	for _, e := range entries {
		if e.Name == name || strings.HasSuffix(e.Name, "/"+name) {
			return e
		}
	}
	return nil
}

// extractTo writes one entry. At the end of the entry its reader compares the CRC.
func extractTo(entry *zip.File, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	in, err := entry.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	return keep.Write(file, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}
