// Package word is the vocabulary that the flows share: the verbs by which one leads to
// another, how times are written, and which unit a sentence names.
package word

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
)

// The verbs that more than one flow knows. Each is registered by its flow.
const (
	Rate          bot.Verb = "rate"           // 评议 [unit | class | words] [page]
	Again         bot.Verb = "again"          // 再评一个单位
	Complain      bot.Verb = "complain"       // 投诉 [unit | class | words] [page]
	ComplainAfter bot.Verb = "complain_after" // 我要投诉, after a rating about its unit
	Query         bot.Verb = "query"          // 查询 [ticket code | receipt] [page]
	Withdraw      bot.Verb = "withdraw"       // 撤回 [unit] [page]

	Cancel   bot.Verb = "cancel"   // 取消 [unit]
	Continue bot.Verb = "continue" // 继续 [unit]
	Restart  bot.Verb = "restart"  // 重新开始 [a command that starts something]
	Edit     bot.Verb = "edit"     // 修改 [unit [question]]
	Skip     bot.Verb = "skip"     // 跳过
	Previous bot.Verb = "previous" // 上一页

	Level        bot.Verb = "level"         // unit question level
	QuestionBack bot.Verb = "question_back" // unit question 返回
	Reason       bot.Verb = "reason"        // 原因 unit reason

	Kind      bot.Verb = "kind"      // 投诉 unit kind
	Anonymous bot.Verb = "anonymous" // 匿名
	Named     bot.Verb = "named"     // 实名
	Finish    bot.Verb = "finish"    // 完成
	Amend     bot.Verb = "amend"     // 修改 投诉 unit part
)

// Phrases are the texts of the package.
var Phrases catalogue.Phrases

var (
	textDate   = Phrases.Text("parts.date", "year", "month", "day")
	textMoment = Phrases.Text("parts.moment", "month", "day", "time")
	textHour   = Phrases.Text("parts.hour", "month", "day", "hour")
	textHourOf = Phrases.Text("parts.hour_of_year", "date", "hour")

	// Accusing are verbs by which a sentence wants to complain.
	Accusing = Phrases.Words("accusing")
	// Withdrawing are verbs by which a sentence wants to take something back.
	Withdrawing = Phrases.Words("withdrawing")
	// Asking are verbs by which a sentence asks what became of something.
	Asking = Phrases.Words("asking")
)

// Question is what stands around the number of a question.
var Question = Phrases.Around("question")

// Number names a question by its number: 第2题.
func Number(t *bot.Turn, n int) string {
	around := t.Around(Question)
	return around[0] + catalogue.Small(n) + around[1]
}

// ComplainAbout is the offer to complain about a unit.
func ComplainAbout(t *bot.Turn, code string) bot.Choice {
	return bot.Choice{Label: t.Word(ComplainAfter), Do: bot.Command{Verb: Complain, Unit: code}}
}
