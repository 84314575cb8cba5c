package simulator

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pingyi/models"
)

// words are the labels of the answers, by level.
var words = map[models.Level]string{
	5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意",
	models.NotMet: "未接触/不了解", models.Skipped: "跳过",
}

// confirm is the label of the link that submits a rating.
const confirm = "确认"

var (
	questionHead = regexp.MustCompile(`第\s*(\d)\s*题\s*[（(]\s*共\s*(\d)\s*题`)
	receiptLine  = regexp.MustCompile(`(?m)^回执：([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$`)
	leadingMark  = regexp.MustCompile(`^[\s\d.、．「【]+`)
	trailingMark = regexp.MustCompile(`[\s」】]+$`)
)

// visit is a citizen's way through their plan, and what they remember of it.
// They know the account only by what it says and find links by their labels.
type visit struct {
	face     Face
	citizen  Citizen
	units    []unitScore
	live     map[int]models.Answers // the last counted answers, by place of the unit
	receipts []string
	changes  int
	pushes   []time.Duration
	onPush   func()
}

// run carries out a plan. It stops at the first answer that is not as it
// should be; the error says which and holds no openid.
func (v *visit) run(ctx context.Context, plan []intent) error {
	for _, in := range plan {
		if err := v.rate(ctx, in); err != nil {
			return fmt.Errorf("unit %s: %w", v.units[in.unit].Code, err)
		}
	}
	return nil
}

// push delivers an act; an answer with a fault or without words is an error.
func (v *visit) push(ctx context.Context, act Act) (Exchange, error) {
	x, err := v.face.Push(ctx, &v.citizen, act)
	if err != nil {
		return x, err
	}
	return x, v.note(x)
}

func (v *visit) note(x Exchange) error {
	v.pushes = append(v.pushes, x.Duration)
	if v.onPush != nil {
		v.onPush()
	}
	if len(x.Faults) > 0 {
		return fmt.Errorf("the answer to a %s is faulty: %v", x.Act.Kind, x.Faults)
	}
	if x.Text == "" {
		return fmt.Errorf("a %s got no words for an answer", x.Act.Kind)
	}
	return nil
}

// rate gives one rating, from the scan or the name to the receipt.
func (v *visit) rate(ctx context.Context, in intent) error {
	x, err := v.arrive(ctx, in)
	if err != nil {
		return err
	}
	questions, err := wantQuestion(x, 1)
	if err != nil {
		return err
	}
	answers := in.fit(questions)
	if x, err = v.fill(ctx, in, x, answers); err != nil {
		return err
	}
	if err := wantSummary(x, v.units[in.unit].Name, answers); err != nil {
		return err
	}
	return v.submit(ctx, in, x, answers)
}

// arrive comes to the unit's first question.
func (v *visit) arrive(ctx context.Context, in intent) (Exchange, error) {
	if in.open == openByScan {
		return v.push(ctx, Scan("u:"+v.units[in.unit].Code))
	}
	if !v.citizen.Following {
		if _, err := v.push(ctx, Follow()); err != nil {
			return Exchange{}, err
		}
	}
	return v.push(ctx, Say(v.units[in.unit].Name))
}

// fill answers all questions and returns the answer to the last.
func (v *visit) fill(ctx context.Context, in intent, x Exchange, answers models.Answers) (Exchange, error) {
	switch in.answer {
	case answerAtOnce:
		return v.push(ctx, Say(digits(answers, "012345", "")))
	case answerWide:
		return v.push(ctx, Say(digits(answers, "０１２３４５", "，")))
	}
	for i, level := range answers {
		if i > 0 {
			if _, err := wantQuestion(x, i+1); err != nil {
				return x, err
			}
		}
		act := Say(strconv.Itoa(int(level)))
		if in.answer == answerByTap {
			act = Say(words[level])
			if link, ok := findLink(x, words[level]); ok {
				act = Tap(link)
			} else if level != models.Skipped {
				return x, unlike("a choice "+words[level], x)
			}
		}
		var err error
		if x, err = v.push(ctx, act); err != nil {
			return x, err
		}
	}
	return x, nil
}

// submit taps 确认 on a summary and remembers the rating once its receipt came.
func (v *visit) submit(ctx context.Context, in intent, summary Exchange, answers models.Answers) error {
	link, _ := findLink(summary, confirm)
	first, err := v.push(ctx, Tap(link))
	if err != nil {
		return err
	}
	receipt, err := wantReceipt(first)
	if err != nil {
		return err
	}
	v.live[in.unit] = answers
	v.receipts = append(v.receipts, receipt)
	if in.change {
		v.changes++
	}
	if in.redeliver {
		again, err := v.face.Redeliver(ctx, first)
		if err == nil {
			err = v.note(again)
		}
		if err != nil {
			return err
		}
		if again.Plain != first.Plain {
			return unlike("the first answer to the same push", again)
		}
	}
	if in.twice {
		act := Tap(link)
		if _, err := strconv.Atoi(link.Content); err == nil {
			act = Say(confirm) // a number belongs to the list shown last
		}
		again, err := v.push(ctx, act)
		if err != nil {
			return err
		}
		if !strings.Contains(again.Shown(), receipt) {
			return unlike("the same receipt for a second "+confirm, again)
		}
	}
	return nil
}

// digits types answers as digits, given the six digits to use.
func digits(answers models.Answers, alphabet, between string) string {
	typed := make([]string, len(answers))
	for i, level := range answers {
		typed[i] = string([]rune(alphabet)[level])
	}
	return strings.Join(typed, between)
}

// findLink finds a tap link by its label, as an eye does: a number or a bracket
// around the words does not matter.
func findLink(x Exchange, label string) (Link, bool) {
	for _, l := range x.Links {
		if trailingMark.ReplaceAllString(leadingMark.ReplaceAllString(l.Label, ""), "") == label {
			return l, true
		}
	}
	return Link{}, false
}

// wantQuestion checks that x asks question number n with all six choices and
// returns how many questions there are.
func wantQuestion(x Exchange, n int) (int, error) {
	m := questionHead.FindStringSubmatch(x.Shown())
	if len(m) < 3 || m[1] != strconv.Itoa(n) {
		return 0, unlike(fmt.Sprintf("question %d", n), x)
	}
	for level := models.NotMet; level <= 5; level++ {
		if _, ok := findLink(x, words[level]); !ok {
			return 0, unlike("a choice "+words[level], x)
		}
	}
	total := int(m[2][0] - '0')
	if total < n || total > models.MaxDimensions {
		return 0, unlike("a possible number of questions", x)
	}
	return total, nil
}

// wantSummary checks that x shows the unit and what was answered, and offers to
// confirm, to modify and to cancel.
func wantSummary(x Exchange, unit string, answers models.Answers) error {
	for _, label := range []string{confirm, "修改", "取消"} {
		if _, ok := findLink(x, label); !ok {
			return unlike("a summary with "+label, x)
		}
	}
	shown := x.Shown()
	if !strings.Contains(shown, unit) {
		return unlike("a summary that names the unit", x)
	}
	if strings.Contains(shown, "回执") {
		return unlike("a summary without the word 回执", x)
	}
	var want, got []string
	for _, level := range answers {
		if level.HasLevel() {
			want = append(want, words[level])
		}
	}
	for line := range strings.Lines(shown) {
		at := strings.LastIndex(line, "：")
		if at < 0 {
			continue
		}
		said := strings.TrimSpace(line[at+len("："):])
		for level := models.Level(1); level <= 5; level++ {
			if said == words[level] {
				got = append(got, words[level])
			}
		}
	}
	if strings.Join(want, " ") != strings.Join(got, " ") {
		return unlike("a summary of what was answered", x)
	}
	return nil
}

// wantReceipt finds the one receipt in x.
func wantReceipt(x Exchange) (string, error) {
	m := receiptLine.FindAllStringSubmatch(x.Shown(), -1)
	if len(m) != 1 {
		return "", unlike("a receipt", x)
	}
	return m[0][1], nil
}

// unlike says what was wanted and how the answer begins instead.
func unlike(wanted string, x Exchange) error {
	shown := []rune(strings.ReplaceAll(x.Shown(), "\n", " "))
	return fmt.Errorf("wanted %s after a %s, got %q", wanted, x.Act.Kind, string(shown[:min(len(shown), 60)]))
}
