package audit

// EvidencePage is for tests.
const EvidencePage = evidencePage
