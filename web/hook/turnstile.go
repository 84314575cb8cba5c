package hook

import "runtime"

// turnstile lets a few pushes at a time be opened, in the order in which they came.
// Under overload hundreds are there at once; were each of them runnable, every turn
// that was admitted would stand in line behind all of them again after each answer of
// Redis and of the database.
type turnstile chan struct{}

func newTurnstile() turnstile { return make(turnstile, 2*runtime.GOMAXPROCS(0)) }

func (t turnstile) enter() {
	select {
	case t <- struct{}{}:
		return
	default:
	}
	t <- struct{}{}
	// Who waited would run at once, before turns that have their answers.
	runtime.Gosched()
}

func (t turnstile) leave() { <-t }

// openInTurn opens a push, which takes some microseconds and waits for nothing, so
// no push can hold the turnstile.
func openInTurn[P any](t turnstile, f front[P], query string, body []byte) (opened[P], fate, string) {
	t.enter()
	defer t.leave()
	return f.open(query, body)
}
