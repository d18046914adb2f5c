export const held = {
  title: "待审区", lines: "待处理的内容", lost: "恢复时丢失的决定", words: "这里的内容已经安全保存，但没有并入记录。请逐条决定。", empty: "待审区是空的", emptyHint: "手机发来的内容都已并入记录。",
  why: "原因", state: "状态", record: "记录", form: "表单", version: "版本", grid: "网格", worker: "网格员", date: "收到日期", waiting: "等待之前的内容", quarantined: "等您决定", open: "查看",
  waitingWords: "它接着写的那一次保存还没有到。到了以后会自动并入，您不用做什么。如果那部手机已经丢失，请在“人员 · 手机”停用它。",
  wrote: "这条内容写了", nothing: "没有可显示的内容", added: "添加了一行：{path}", removed: "删除了一行：{path}", now: "现在的记录", newRecord: "还没有这条记录：并入后才会出现。", withheld: "这条记录不能显示：{why}",
  release: "放行", releaseWords: "按原样并入记录。如果原因是缺少表单，请先让管理员添加表单。", correct: "更正", correctWords: "弃用原来的内容，改为写入下面您确认的内容。", discard: "弃用", discardWords: "这条内容不会计入，原因会告诉手机。已写的文字不再显示。",
  released: "已放行", corrected: "已更正", discarded: "已弃用", take: "写入", lostWords: "服务器从备份恢复时，备份之后的这些审核、更正或移交丢失了。手机证明它们曾经存在；请重新决定。", lostEmpty: "没有丢失的决定", lostDate: "发现日期", go: "打开记录",
} as const;

export const twice = {
  title: "疑似重复", words: "同一案号、同一表单有不止一条记录。请对照后决定：都保留、认定为同一次访问，或退回一条。", empty: "没有疑似重复", emptyHint: "同一住户同一表单出现第二条记录时，会列在这里。", settled: "也显示已处理的", case: "案号", form: "表单", village: "村（社区）", records: "记录", count: "{n} 条",
  state: "状态", open: "待决定", done: "已处理", compare: "对照", only: "只看不同之处", same: "答案全部相同。", question: "题目", keep: "都保留", keepWords: "它们是不同的访问，都计入。", link: "与另一条是同一次", linkWords: "这一条不再计入；统计以另一条为准。", of: "以哪一条为准", return: "退回这一条", returnWords: "理由会作为意见发给填写人。",
  kept: "已保留", linked: "同 {case}，不计入", back: "回到列表", settledDone: "已处理", next: "下一组", record: "第 {n} 条", full: "打开记录", gone: "这一组已经处理，只剩一条记录。", unreadable: "这条记录现在不能显示",
} as const;
