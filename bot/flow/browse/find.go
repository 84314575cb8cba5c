package browse

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/folding"
	"pingyi/models"
)

// searchLimit bounds what a search lists over all its pages.
const searchLimit = 40

// Find is what an exact name, alias or code means, else what a search finds.
func Find(t *bot.Turn, text string) []*models.Unit {
	if text == "" {
		return nil
	}
	found := t.W.Directory.Exact(text)
	if len(found) == 0 {
		found = t.W.Directory.Search(catalogue.Cut(text, 40), searchLimit)
	}
	units := make([]*models.Unit, len(found))
	for i := range found {
		units[i] = &found[i]
	}
	return units
}

// IsClass reports whether a folded text is a class of the present campaign.
func IsClass(t *bot.Turn, text string) bool {
	_, ok := className(t, text)
	return ok
}

// className is the class of the present campaign that a folded text names.
func className(t *bot.Turn, text string) (string, bool) {
	c := t.CampaignFor("")
	if c == nil || text == "" {
		return "", false
	}
	name := folding.Name(text)
	for _, class := range c.Classes {
		if text == class || name == folding.Name(class) {
			return class, true
		}
	}
	return "", false
}
