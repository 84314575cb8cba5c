package browse

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

// pageSize is how many units a page lists; with the longest names and their
// links it fits into an answer.
const pageSize = 8

// MaxPage is more than any list has, and mostWords the longest words that a list is kept
// for, in characters.
const (
	MaxPage   = 1000
	mostWords = 12
)

// ListOf makes a list stand at a page of a class, or of what is found for some
// words.
func ListOf(t *bot.Turn, words string, page uint32) {
	if class, ok := className(t, words); ok {
		words = class
	} else if r := []rune(words); len(r) > mostWords {
		words = string(r[:mostWords])
	}
	t.S.Query, t.S.Page = words, uint16(min(max(page, 1), MaxPage))
}

// To goes to a step of the choice of units and asks it.
func To(t *bot.Turn, id bot.StepID) {
	t.S.Step, t.S.Page = id, 1
	t.Ask()
}

// askClasses lists the classes of the open campaign, or says when it opens.
func askClasses(t *bot.Turn) {
	c := t.CampaignFor("")
	if c == nil {
		t.Say(textNoCampaign)
		t.Nav(t.Choice(word.Complain), t.Choice(word.Query), t.Choice(bot.Help))
		return
	}
	if !c.Open(t.In.At) {
		Closed(t, c, "")
		return
	}
	t.Say(textChooseClass)
	ListClasses(t, c, word.Rate)
	t.Say(textChooseHow)
	t.Optional()
	t.Nav(t.Choice(bot.Back), t.Choice(bot.Help))
}

// ListClasses lists the classes on the page that the session stands at.
func ListClasses(t *bot.Turn, c *bot.Campaign, v bot.Verb) {
	from, to := PageOf(t, len(c.Classes))
	for _, class := range c.Classes[from:to] {
		t.Item(bot.Choice{Label: t.Fitted(catalogue.Safe(class), 14, 14), Do: bot.Command{Verb: v, Ref: class}})
	}
	PageNav(t, bot.Command{Verb: v}, len(c.Classes))
}

// PageOf is the range of the present page among n things; the page is brought
// into range first.
func PageOf(t *bot.Turn, n int) (from, to int) {
	last := max(1, (n+pageSize-1)/pageSize)
	t.S.Page = uint16(min(max(int(t.S.Page), 1), last)) //nolint:gosec // a few pages
	from = (int(t.S.Page) - 1) * pageSize
	return from, min(from+pageSize, n)
}

// PageNav adds the way to the pages before and after, where there are any. The
// command says of what list.
func PageNav(t *bot.Turn, of bot.Command, n int) {
	var ways []bot.Choice
	if page := uint32(t.S.Page); page > 1 {
		of.N = page - 1
		ways = append(ways, bot.Choice{Label: t.Word(word.Previous), Do: of})
	}
	if int(t.S.Page)*pageSize < n {
		of.N = uint32(t.S.Page) + 1
		ways = append(ways, bot.Choice{Label: t.Word(bot.Next), Do: of})
	}
	if len(ways) > 0 {
		t.Nav(ways...)
	}
}

// askUnits lists the units of the class, or found by the words, that the
// session stands at.
func askUnits(t *bot.Turn) {
	units, byClass := UnitsListed(t)
	if byClass {
		if c := t.CampaignFor(""); !c.Open(t.In.At) {
			Closed(t, c, "")
			return
		}
		t.Say(textChooseUnit, t.Fitted(catalogue.Safe(t.S.Query), 16, 14))
	} else {
		t.Say(textCandidates)
	}
	ListUnits(t, units, word.Rate)
	t.Nav(t.Choice(bot.Back), t.Choice(bot.Help))
	t.Optional()
}

// UnitsListed are the units of the list that the session stands at.
func UnitsListed(t *bot.Turn) (units []*models.Unit, byClass bool) {
	if class, ok := className(t, catalogue.Fold(t.S.Query)); ok {
		return t.CampaignFor("").OfClass(class), true
	}
	return Find(t, catalogue.Fold(t.S.Query)), false
}

// ListUnits lists a page of units; a window is shown with its unit, and a unit
// that has the name of another with its code.
func ListUnits(t *bot.Turn, units []*models.Unit, v bot.Verb) {
	from, to := PageOf(t, len(units))
	for _, u := range units[from:to] {
		t.Item(bot.Choice{Label: t.Fitted(t.Clean(u.Name), 14, 14), Do: bot.Command{Verb: v, Unit: u.Code}})
		if u.Type == models.Window && u.Parent != "" {
			if parent, ok := t.W.Directory.ByCode(u.Parent); ok {
				t.Append(textOfUnit, t.Fitted(t.Clean(parent.Name), 12, 8))
			}
		} else if t.HasNamesake(u) {
			t.Append(textOfUnit, t.Apart(u))
		}
	}
	PageNav(t, bot.Command{Verb: v, Ref: t.S.Query}, len(units))
}

// TurnPage turns the list of classes or units.
func TurnPage(t *bot.Turn, c bot.Command) bot.StepID {
	was := t.S.Page
	if c.Verb == bot.Next {
		t.S.Page++
	} else if t.S.Page > 0 {
		t.S.Page--
	}
	t.Ask()
	if t.S.Page == was && c.Verb == bot.Next {
		t.S.Page = was
	}
	return bot.Stay
}

func backToClasses(t *bot.Turn, _ bot.Command) bot.StepID {
	t.S.Query, t.S.Page = "", 1
	return Classes
}
