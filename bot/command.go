package bot

// verb is what a citizen's words ask for, whether typed or sent by a link.
type verb uint8

const (
	vFree verb = iota // none of the below: a name, a text, an unknown word

	// Global words: they come before the flow, in every step.
	vRate          // 评议 [unit | class | words] [page]
	vAgain         // 再评一个单位
	vComplain      // 投诉 [unit | class | words] [page]
	vComplainAfter // 我要投诉, after a rating about its unit
	vQuery         // 查询 [ticket code | receipt] [page]
	vWithdraw      // 撤回 [unit] [page]
	vBack
	vCancel // 取消 [unit]
	vHelp
	vPrivacy
	vContinue // 继续 [unit]
	vRestart  // 重新开始 [a command that starts something]

	// Words of a step.
	vNext      // 下一页
	vPrevious  // 上一页
	vSkip      // 跳过
	vConfirm   // 确认 [unit digits]
	vEdit      // 修改 [unit [question]]
	vFinish    // 完成
	vAnonymous // 匿名
	vNamed     // 实名
	vUnsure    // 不确定
	vReason    // 原因 unit reason

	// Without a word of their own.
	vLevel         // unit question level
	vQuestionBack  // unit question 返回
	vKind          // 投诉 unit kind
	vAmend         // 修改 投诉 unit part
	vDigits        // digits alone
	vHello         // 你好, outside of any draft
	vThanks        // 谢谢, likewise
	vYes           // 好: confirms the summary on the screen, elsewhere thanks
	vKeepComplaint // a wish to take a complaint back, which cannot be done here
	numVerbs
)

// verbKeys names each verb's words in the catalogue.
var verbKeys = [numVerbs]string{
	vRate: "rate", vAgain: "again", vComplain: "complain", vComplainAfter: "complain_after", vQuery: "query",
	vWithdraw: "withdraw", vBack: "back", vCancel: "cancel", vHelp: "help", vPrivacy: "privacy",
	vContinue: "continue", vRestart: "restart", vNext: "next", vPrevious: "previous", vSkip: "skip",
	vConfirm: "confirm", vEdit: "edit", vFinish: "finish", vAnonymous: "anonymous", vNamed: "named",
	vUnsure: "unsure", vReason: "reason", vHello: "hello", vThanks: "thanks", vYes: "yes",
}

// unsure stands for a complaint's unit where the citizen is not sure. It is no
// code: codes have no question mark.
const unsure = "?"

// command is what was understood of a citizen's words. It is also what a number
// of the list last shown stands for, and is then kept in the session.
type command struct {
	verb verb
	unit string // code of the unit that it names, unsure, or ""
	ref  string // the words for a unit that is not known, a class, or what is looked for
	n    uint32 // question or page from 1, or digits of a confirmation; 0 where it names none
	arg  uint8  // vLevel: the level; vKind, vReason, vAmend: a place from 0; vRestart: the verb; else the flow

	loose bool // has arguments that make no sense: at a free text it is text
}

// names reports whether the command names a unit, known or not.
func (c command) names() bool { return c.unit != "" || c.ref != "" }

// amendments are the parts of a complaint that can be changed, in the order
// offered.
var amendments = []string{"unit", "kind", "more", "rewrite", "identity", "contact"}

const (
	amendUnit uint8 = iota
	amendKind
	amendMore
	amendRewrite
	amendIdentity
	amendContact
)
