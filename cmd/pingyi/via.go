package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// Names of people that a command takes are typed, as there is no sign-in yet, so
// nothing proves them. What made a row is known: the API key, or the user of the
// operating system under whom the program ran. Each such row keeps it as text:
// "api:<id of the key>", "shell:<uid>(<name>)", or "server:<uid>(<name>)" for what
// a starting server made.
const (
	viaShell  = "shell"
	viaServer = "server"
)

// via names the user of the operating system under whom this program runs.
func via(how string) string {
	uid := strconv.Itoa(os.Getuid())
	name := "unknown"
	if u, err := user.LookupId(uid); err == nil && u.Username != "" {
		name = u.Username
	}
	return fmt.Sprintf("%s:%s(%.64s)", how, uid, name)
}

// unproven tells on stderr what a command recorded of people.
func (e *env) unproven(names string) {
	fmt.Fprintf(e.err, "recorded: %s, as typed. Names are not proven; the record keeps %s as what entered them\n", names, via(viaShell))
}
