package bot

// Contacts are the telephone numbers that the dialogue names, and the office that
// answers for the campaign. An empty number of Office is not named; the others
// are the national ones where they are empty.
type Contacts struct {
	Office, Phone, Hours string // of the supervision office
	Hotline, Discipline  string // 12345, 12388
	Police, Fire         string // 110, 119
	Medical, Worries     string // 120, 12356
}
