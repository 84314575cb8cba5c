package bot

import (
	"time"

	"pingyi/bot/catalogue"
	"pingyi/models"
)

// What the tests of the dialogue see of the engine.
const (
	IDBytes  = idBytes
	LinkCost = linkCost
	MaxBytes = maxBytes
	MaxRunes = maxRunes
)

// NewDraft begins a draft.
func NewDraft(random models.ID, at time.Time) Draft { return newDraft(random, at) }

// Watch calls f for every edge that is followed.
func (e *Engine) Watch(f func(from StepID, v Verb, to StepID)) { e.watch = f }

// StepOf is the step with an id.
func (e *Engine) StepOf(id StepID) *Step { return e.steps[id] }

// FlowOfStep is the flow of the draft that a step is part of, or nil.
func (e *Engine) FlowOfStep(id StepID) *Flow { return e.steps[id].draft() }

// Catalogue is what the flows use of the texts.
func (e *Engine) Catalogue() *catalogue.Catalogue { return e.c }

// Unregister takes an action away.
func (e *Engine) Unregister(action string) { delete(e.actions, action) }

// VerbOf is the verb of a text that is one word as a whole.
func (e *Engine) VerbOf(text string) Verb {
	return e.lexicon.whole[catalogue.Lower(catalogue.Fold(text))].Verb
}

// Turn begins a turn.
func (e *Engine) Turn(w *World, s Session, in Input) *Turn { return e.turn(w, s, in) }

// EdgeOf is what a step does with a verb.
func (s *Step) EdgeOf(v Verb) *Edge { return s.edge(v) }
