package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// reportAs writes a report in one of reportFormats: all of it as text, JSON or CSV, its table with the verdict for
// a document, or what to cite it by.
func (p printer) reportAs(format string, r spec.Report, all bool, about runfile.About) error {
	switch format {
	case "csv":
		return runfile.WriteMetrics(p.out, r)
	case "json":
		return p.json(r)
	case "bibtex":
		_, err := io.WriteString(p.out, p.bibtex(r, about))
		return err
	case "markdown", "latex":
		p.document(format, r, about)
	default:
		p.report(r, all)
	}
	return nil
}

// document writes the table of a report, what its signs mean, the verdict, and how to get all of it again. In LaTeX
// all but the table is a comment, for its caption.
func (p printer) document(format string, r spec.Report, about runfile.About) {
	s := r.Summary()
	if len(s.Metrics) > 0 {
		p.short(r, s).titled(p, p.w.TitleOf(r.Data.Source, r.Data.Title), format)
		p.blank()
	}
	var text bytes.Buffer
	q := printer{&text, p.w}
	q.head(r)
	if len(s.Metrics) > 0 {
		q.line("cli-brief-units", s.Verdict.Metric.Short)
		q.line("cli-brief-mark", mark)
	}
	q.failures(r)
	q.verdict(r, s.Verdict)
	q.line("cli-cite", about.Program, about.Command)
	for line := range strings.Lines(text.String()) {
		line = strings.TrimRight(line, "\n")
		switch {
		case format == "latex":
			line = strings.TrimRight("% "+line, " ")
		case line != "":
			line = strings.ReplaceAll(line, mark, `\`+mark) + "  " // each on a line of its own
		}
		fmt.Fprintln(p.out, line)
	}
}

// bibtex is what to cite a run by: the program with its version, what was run, and the digest of its data.
func (p printer) bibtex(r spec.Report, about runfile.About) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@software{cosinelab,\n  title = {Cosine Lab},\n  version = {%s},\n", about.Program)
	note := p.w.Say("cli-cite-note", p.w.TitleOf(r.Data.Source, r.Data.Title), len(r.Spec.Seeds))
	fmt.Fprintf(&b, "  note = {%s},\n", latexText.Replace(note))
	if about.DataSHA256 != "" {
		fmt.Fprintf(&b, "  annote = {SHA-256 %s},\n", about.DataSHA256)
	}
	return b.String() + "}\n"
}
