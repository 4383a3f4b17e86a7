package table

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// wordKey is a spelling without what spellings differ in.
func wordKey(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), ""))
	if x, err := strconv.ParseFloat(text, 64); err == nil {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strings.Trim(text, `"'.`)
}

// Labels reads the label column: 1 where a row is anomalous. Which spelling that is follows from what is usual,
// or else is the rarer; asked decides.
func (t *Table) Labels(c *Column, asked string) ([]uint8, error) {
	words := c.distinct()
	if len(words) == 0 && c.Words != nil || c.Words == nil || len(words) > mostWords {
		if c.Words == nil {
			return nil, t.notLabels(c)
		}
		return nil, t.At(0, c, fault.New("data-label-missing"))
	}
	if row := c.firstUnlabelled(); row >= 0 && len(t.Columns) == 1 {
		return nil, t.At(row, c, fault.New("data-label-missing"))
	}
	if asked == "" && c.fractions() {
		return nil, t.notLabels(c)
	}
	meaning, err := t.meaning(c, asked)
	if err != nil {
		return nil, err
	}
	t.unlabelled(c)
	labels := make([]uint8, len(c.Codes))
	for i, code := range c.Codes {
		labels[i] = meaning[code]
	}
	return labels, nil
}

// unlabelled reports whether a spelling leaves a row without a label: none that says “none” or “no” does.
func (w Word) unlabelled() bool {
	return isMissing([]byte(w.Text)) && !normalWords[wordKey(w.Text)]
}

// firstUnlabelled is the first row without a label; -1 = each has one.
func (c *Column) firstUnlabelled() int {
	first := -1
	for _, w := range c.Words {
		if w.unlabelled() && (first < 0 || w.row < first) {
			first = w.row
		}
	}
	return first
}

// unlabelled says what becomes of rows without a label: they count as normal, since only what is wrong is marked, or
// since the labels begin later, or nobody knows why.
func (t *Table) unlabelled(c *Column) {
	first := c.firstUnlabelled()
	if first < 0 {
		return
	}
	n, last, marked := 0, 0, true
	for row, code := range c.Codes {
		if c.Words[code].unlabelled() {
			n, last = n+1, row
		}
	}
	for _, s := range c.Spelt {
		marked = marked && s.Anomaly
	}
	f := found.Finding{Doubt: true, Column: Visible(c.Name), Line: t.Line(first),
		Said: why("find-unlabelled", Visible(c.Name), n, t.Rows)}
	switch {
	case marked:
		f.Said = why("find-only-marked", Visible(c.Name), n, t.Rows)
	case first == 0 && last == n-1:
		f.Said = why("find-labels-late", Visible(c.Name), n)
	}
	t.note(f)
}

// fractions reports whether a column holds a number that is not whole.
func (c *Column) fractions() bool {
	for _, w := range c.distinct() {
		if x := c.Values[w.row]; x == x && x != math.Trunc(x) {
			return true
		}
	}
	return false
}

// notLabels says that a column holds other things than labels.
func (t *Table) notLabels(c *Column) error {
	for i, x := range c.Values {
		if x != 0 && x != 1 {
			text := c.odd.text
			if x == x {
				text = strconv.FormatFloat(x, 'g', -1, 64)
			} else if c.odd.text != "" {
				i = c.odd.row
			}
			return t.At(i, c, fault.New("data-label", text))
		}
	}
	return InFile(t.File, fault.New("data-label", c.Name))
}

// meaning says for every spelling of a label column whether it is an anomaly.
func (t *Table) meaning(c *Column, asked string) ([]uint8, error) {
	out := make([]uint8, len(c.Words))
	keys, counts := map[string]int{}, []int{}
	var order, shown []string
	empty := 0
	for _, w := range c.Words {
		if w.unlabelled() {
			empty += w.Count
			continue
		}
		k := wordKey(w.Text)
		if _, known := keys[k]; !known {
			keys[k] = len(order)
			order, shown, counts = append(order, k), append(shown, w.Text), append(counts, 0)
		}
		counts[keys[k]] += w.Count
	}
	wrong, doubt := anomalous(order, counts, c.Name)
	if empty > 0 && !slices.ContainsFunc(order, saysWell) {
		for i := range wrong { // what is normal has no mark
			wrong[i] = true
		}
		doubt = false
	}
	if asked != "" {
		wrong, doubt = make([]bool, len(order)), false
		for _, one := range spellings(asked, keys) {
			at, known := keys[wordKey(one)]
			if !known && len(order) > 1 {
				return nil, InFile(t.File, t.inColumn(c, fault.New("data-no-spelling", Short(one),
					fault.Choices(Few(shown)))))
			}
			if known {
				wrong[at] = true
			}
		}
	}
	c.Spelt = nil
	for i, s := range shown {
		c.Spelt = append(c.Spelt, found.Spelt{Text: Visible(s), Count: counts[i], Anomaly: wrong[i]})
	}
	slices.SortStableFunc(c.Spelt, func(a, b found.Spelt) int { return b.Count - a.Count })
	for i, w := range c.Words {
		if at, known := keys[wordKey(w.Text)]; known && !w.unlabelled() && wrong[at] {
			out[i] = 1
		}
	}
	if empty == 0 || slices.Contains(wrong, false) { // else unlabelled says it
		t.spelling(c, shown, wrong, doubt)
	}
	return out, nil
}

// spellings parts what was asked for at commas, unless it is a spelling as it stands.
func spellings(asked string, keys map[string]int) []string {
	if _, known := keys[wordKey(asked)]; known {
		return []string{asked}
	}
	return strings.Split(asked, ",")
}

// spelling says how labels are read, unless as 0 and 1.
func (t *Table) spelling(c *Column, shown []string, wrong []bool, doubt bool) {
	var yes, no []string
	for i, s := range shown {
		if wrong[i] {
			yes = append(yes, s)
		} else {
			no = append(no, s)
		}
	}
	usual := len(shown) <= 2 && !doubt
	for i, s := range shown {
		k := wordKey(s)
		usual = usual && (k == "0" && !wrong[i] || k == "1" && wrong[i])
	}
	if usual || len(yes) == 0 && !doubt {
		return
	}
	key := "find-spelling"
	if doubt {
		key = "find-spelling-doubt"
	}
	t.note(found.Finding{Doubt: doubt, Column: Visible(c.Name), Guess: strings.Join(Few(yes), ", "),
		Choices: Few(no), Flag: "-anomaly",
		Said: why(key, Visible(c.Name), strings.Join(Few(yes), ", "), strings.Join(Few(no), ", "))})
}

// anomalous says which of the spellings of a column are anomalies, and whether that is in doubt.
func anomalous(keys []string, counts []int, name string) (wrong []bool, doubt bool) {
	wrong = make([]bool, len(keys))
	all, most := 0, 0
	numeric := true
	at := map[string]int{}
	for i, k := range keys {
		at[k] = i
		all += counts[i]
		if counts[i] > counts[most] {
			most = i
		}
		_, err := strconv.ParseFloat(k, 64)
		numeric = numeric && err == nil
	}
	zero, hasZero := at["0"]
	one, hasOne := at["1"]
	minus, hasMinus := at["-1"]
	inverted := saysNormal(name)
	switch {
	case numeric && inverted && (hasZero || hasOne) && len(keys) <= 2 && !hasMinus:
		if hasZero {
			wrong[zero] = true
		}
		return wrong, true
	case numeric && len(keys) == 1:
		if !hasZero && !hasMinus {
			wrong[0] = true
		}
		return wrong, !hasZero
	case numeric && len(keys) == 2 && hasZero && hasOne:
		wrong[one] = true
		return wrong, 2*counts[one] > all
	case numeric && hasOne && hasMinus && len(keys) == 2:
		rare := minus
		if counts[one] < counts[minus] {
			rare = one
		}
		wrong[rare] = true
		return wrong, 3*counts[rare] > all
	case numeric && hasZero:
		for i := range keys {
			wrong[i] = i != zero
		}
		return wrong, len(keys) > 2 || 2*counts[zero] < all
	}
	return spelledWrong(keys, counts, most)
}

// spelledWrong goes by words that say what is normal, or what is not, and else by what there is most of.
func spelledWrong(keys []string, counts []int, most int) (wrong []bool, doubt bool) {
	wrong = make([]bool, len(keys))
	normal, bad := 0, 0
	for i, k := range keys {
		switch {
		case saysWell(k):
			normal++
		case saysWrong(k):
			wrong[i] = true
			bad++
		}
	}
	switch {
	case normal+bad == len(keys):
		return wrong, false
	case normal > 0:
		for i, k := range keys {
			wrong[i] = !saysWell(k)
		}
		return wrong, len(keys) > 2 && bad == 0
	case bad > 0:
		return wrong, true
	}
	for i := range keys {
		wrong[i] = i != most && len(keys) > 1
	}
	return wrong, true
}

// saysWell reports whether a spelling says that nothing is wrong.
func saysWell(key string) bool {
	return normalWords[key] || strings.HasPrefix(key, "no") && anomalyWords[strings.TrimPrefix(strings.Trim(
		key[2:], "-_"), "t")] || strings.HasPrefix(key, "normal")
}

// saysWrong reports whether a spelling says that something is.
func saysWrong(key string) bool {
	return anomalyWords[key] || has(key, labelWords, labelParts)
}

// saysNormal reports whether the name of a label column says that 1 is what is normal.
func saysNormal(name string) bool {
	return has(name, []string{"normal", "healthy", "ok", "inlier", "benign", "good"}, []string{"정상"}) &&
		!has(name, labelWords, labelParts)
}
