package bot_test

import (
	"os"
	"strings"
	"testing"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/rating"
	"pingyi/bot/flow/withdrawal"
)

func TestTexts_afterASummary_nameNoLevel(t *testing.T) {
	texts, err := catalogue.Load("zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	for group, all := range texts.Said {
		for key, text := range all {
			switch group {
			case "rated", "query", "withdraw", "old":
				if strings.Contains(text, "满意") {
					t.Errorf("%s.%s names a level", group, key)
				}
			case "question", "summary", "intro", "greet", "help":
				if strings.Contains(text, "回执") {
					t.Errorf("%s.%s has 回执", group, key)
				}
			}
		}
	}
}

func TestNew_faultyCatalogue_isRefusedWithEveryFault(t *testing.T) {
	raw, err := os.ReadFile("catalogue/texts/zh-Hans.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a missing text":         {"    done: 已经记下，谢谢您。\n", ""},
		"a missing placeholder":  {"回执：{receipt}", "回执"},
		"an unknown placeholder": {"回执：{receipt}", "回执：{receipt}{more}"},
		"an open brace":          {"回执：{receipt}", "回执：{receipt"},
		"an unknown text":        {"  parts:\n", "  parts:\n    nobody: 无\n"},
		"a missing word":         {"  edit: [修改]\n", ""},
		"an unknown word":        {"  edit: [修改]\n", "  edit: [修改]\n  other: [别的]\n"},
		"a missing level":        {`    "4": {label: 满意,`, `    "8": {label: 满意,`},
		"a missing list":         {"  asking: [", "  nobody: ["},
		"a number without place": {"  page: 第{n}页", "  page: 页"},
		"an unknown section":     {"language:", "colour: red\nlanguage:"},
	} {
		s := strings.Replace(string(raw), change[0], change[1], 1)
		if s == string(raw) {
			t.Fatalf("%s: nothing changed", name)
		}
		texts, err := catalogue.Parse([]byte(s))
		if err == nil {
			_, err = bot.New(texts, flow.Dialogue())
		}
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestValidate_brokenFlow_isRefused(t *testing.T) {
	for name, breakIt := range map[string]func(*bot.Engine){
		"an edge to nowhere": func(e *bot.Engine) { e.StepOf(rating.StepSummary).On[0].To = []bot.StepID{"nowhere"} },
		"a step without an end": func(e *bot.Engine) {
			s := e.StepOf(complaint.StepContact)
			s.On = []bot.Edge{*s.EdgeOf(bot.Back)}
			s.On[0].To, s.FreeTo = nil, nil
		},
		"an action that is not registered": func(e *bot.Engine) { e.Unregister(withdrawal.Withdraw{}.ActionName()) },
		"an action without a finisher":     func(e *bot.Engine) { e.Action(rating.Rate{}).Finish = nil },
		"a step without a text":            func(e *bot.Engine) { e.StepOf(complaint.StepTell).Help = nil },
		"a text that no flow declares":     func(e *bot.Engine) { e.StepOf(complaint.StepTell).Help = new(catalogue.Phrases).Text("greet.home") },
		"a verb that is no word":           func(e *bot.Engine) { e.StepOf(rating.StepPick).On[0].Verb = "nobody" },
		"a step without a way back": func(e *bot.Engine) {
			s := e.StepOf(withdrawal.Step)
			s.On = s.On[:1]
		},
	} {
		e := newTestEngine(t)
		breakIt(e)
		if e.Validate() == nil {
			t.Errorf("%s: taken", name)
		}
	}
	e := newTestEngine(t)
	e.Action(rating.Rate{}).Finish = nil
	e.StepOf(rating.StepSummary).On[0].To = []bot.StepID{"nowhere"}
	if err := e.Validate(); err == nil || !strings.Contains(err.Error(), "finisher") || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("two faults: %v", err)
	}
}
