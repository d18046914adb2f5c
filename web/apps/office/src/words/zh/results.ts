export const results = {
  summary: {
    title: "汇总", form: "表单", live: "实时汇总", releases: "已发布", none: "还没有发布的汇总", noneHint: "街道发布后会显示在这里。", prepare: "准备发布", print: "打印", page: "单独的页面", json: "JSON", released: "发布于 {date}", by: "发布人 {who}", note: "说明", liveWords: "包含已提交、已退回、待复核和已通过的记录；只有发布的版本可以交给上级。", open: "查看", back: "回到汇总", snapshot: "快照 {id}", noForm: "还没有可汇总的表单",
  },
  release: {
    title: "准备发布", approved: "计入 {n} 条已通过的记录", live: "还有 {n} 条没有通过，不计入", hidden: "不公布的地方（{n}）", hiddenWords: "人数太少，或可由别的数推算出来的格子不公布。", hiddenNone: "没有需要隐藏的格子", look: "将要发布的内容", sign: "签名", signHint: "请照样写：{name}。发布后内容冻结，不能修改。", checked: "我看过将要发布的内容，也看过不公布的地方", go: "发布", done: "已发布", changed: "您查看之后又有新内容，已换成最新的草稿，请再看一遍。", question: "题目", answer: "答案", n: "人数", percent: "%", unpublished: "未公布（保护受访者）", few: "没有已通过的记录，不能发布", noteHint: "会印在发布页上，选填",
  },
  exports: {
    title: "导出", new: "新的导出", empty: "还没有导出", emptyHint: "选好表单、状态和格式，系统在后台准备，可以离开这个页面。", form: "表单", format: "格式", status: "状态", area: "范围", whole: "整个街道", state: "进度", created: "时间", file: "文件", download: "下载", cancel: "停止", remove: "删除", correction: "更正用（含自由文本和填写人代码）", correctionHint: "只供街道核对，不得外传。", start: "开始", started: "已开始", queued: "排队中", running: "正在准备 {done} / {total}", done: "完成", failed: "失败：{why}", cancelled: "已停止", defaultStatus: "不选 = 只导出已通过的", formats: { csv: "CSV", xlsx: "Excel（XLSX）", parquet: "Parquet", sav: "SPSS（.sav）", dta: "Stata（.dta）", geojson: "GeoJSON", bundle: "全套（数据、编码本、说明）" }, resume: "下载中断后可以接着下", released: "研究人员取已发布的数据，不能另设条件。",
  },
} as const;

export const registry = {
  title: "登记", tab: { followups: "回访办理", contacts: "联系人", withdraw: "撤回与限制" },
  withdraw: { title: "按撤回码删除", words: "输入回执上的撤回码。删除不显示内容，也不能恢复；每小时最多试 10 次。", code: "撤回码", go: "永久删除", sure: "确定永久删除这份访问？", done: "已删除。还没联网的手机会在下次联网时删除。" },
  restrict: { title: "限制使用", words: "住户要求暂停使用时，它的记录只保存，不审核、不统计、不导出。", household: "住户编号", on: "限制使用", off: "解除限制", done: "涉及 {n} 条记录" },
  phones: { title: "还没有确认删除的手机", words: "这些手机可能还存着已删除的内容，下次联网就会删除。长期不联网的，请找到它。", none: "所有手机都已确认", worker: "网格员", phone: "手机", count: "未确认", since: "自", last: "最后联系" },
  followups: { open: "只看未办结", theme: "主题", household: "住户", grid: "网格", worker: "网格员", date: "登记日期", state: "状态", isOpen: "办理中", isDone: "已办结", empty: "没有回访事项", emptyHint: "住户提出要答复的事项后，会列在这里。", title: "回访事项", save: "保存", saved: "已保存", contact: "住户联系方式在“联系人”", due: "答复期限", newest: "新的在前" },
  contacts: { name: "姓名", phone: "电话", purpose: "用途", matter: "事项", until: "保存到", grid: "网格", household: "住户", add: "添加联系人", edit: "修改", remove: "删除", removeSure: "删除这个联系人？", removed: "已删除", saved: "已保存", empty: "没有联系人", emptyHint: "要答复的住户和愿意参选的人留下的联系方式，最多保存 180 天。", purposes: { followup: "回访", candidate: "人选" } },
} as const;

export const audit = {
  title: "审计", words: "谁在什么时候看了什么、做了什么。只有编号，没有答案。", at: "时间", actor: "谁", role: "角色", action: "做了什么", object: "对象", area: "区域", filter: "筛选条件", rows: "条数", outcome: "结果", ok: "成功", denied: "被拒绝", any: "不限", from: "从", to: "到", empty: "没有记录", csv: "全部导出 CSV", verify: "校验完整性", verifying: "正在校验…", good: "完整：{n} 条记录，没有被改动", bad: "第 {n} 条起与校验链不符：{why}", nobody: "（未登录）",
} as const;

export const surveys = {
  title: "调查", add: "新建调查", empty: "还没有调查", emptyHint: "调查说明问什么、依据什么、到什么时候。", id: "编号", zh: "中文名", en: "英文名", forms: "表单与类别", form: "表单", kind: "类别", basis: "法律依据", basisHint: "如：consent（同意）", noticeZh: "告知书（中文）", noticeEn: "告知书（英文）", mode: "方式", census: "普查", sample: "抽样", open: "开始", close: "结束", retention: "保存期限", pipl: "最短必要", statistical: "统计资料两年", threshold: "公布阈值", thresholdHint: "至少 5，通常 10", editHours: "提交后可改（小时）", linkDays: "关联表保存（天）", pia: "影响评估", state: "状态", planned: "未开放", opened: "开放中", closed: "已结束", doOpen: "开放", doClose: "结束", openSure: "开放后手机可以开始访问。", closeSure: "结束后不能开始新的访问；已开始的仍可提交。", saved: "已保存", addForm: "再加一份表单", replace: "修改",
} as const;

export const erasures = {
  title: "批量删除", words: "需要两名管理员：一人提出，另一人确认。删除后不能恢复。管理员看不到答案。", new: "提出删除", ids: "记录编号", idsHint: "每行一个，最多 1000 个。", count: "{n} 条", reason: "理由", by: "提出人", at: "时间", state: "状态", waiting: "等第二名管理员", done: "已删除", confirm: "确认删除", confirmSure: "确定永久删除这 {n} 条记录？", confirmed: "已删除", requested: "已提出，等另一名管理员确认", empty: "没有批量删除", missing: "{n} 个编号没有对应的记录", own: "要由另一名管理员确认",
} as const;

export const grants = {
  tab: "研究授权", add: "授权", user: "研究人员", area: "范围", purpose: "用途", until: "有效至", from: "自", state: "状态", live: "有效", over: "已结束", end: "收回", endSure: "收回后，这个账号立即不能再取数据。", ended: "已收回", added: "已授权", all: "也显示已结束的", empty: "没有有效的授权", none: "还没有研究人员账号。请先在“账号”开设。",
} as const;

export const map = { title: "网格地图", rate: "走访率", none: "没有数据", words: "每个网格按走访率着色：{text}", list: "见左侧表格" } as const;
