export const people = {
  title: "人员与区域",
  tab: { areas: "区域", households: "住户", assignments: "任务", accounts: "账号", enrol: "登记手机", devices: "手机", progress: "进度", packs: "上传数据包" },
  areas: {
    code: "编码", zh: "中文名", en: "英文名", kind: "类别", parent: "上级", add: "添加或改名", import: "导入区域", columns: "列：code, name_zh, name_en, kind, parent。编码 6、9、12、15 位，上级是编码的前几位。", empty: "还没有区域", emptyHint: "请用 CSV 或 XLSX 导入。", within: "只看", saved: "已保存", kinds: { district: "区（县）", street: "街道（乡镇）", village: "村（社区）", grid: "网格" },
    shapes: "网格边界", shapesWords: "上传 GeoJSON（WGS 84 经纬度，每个面带属性 code）后，总览里可以看地图。不向任何地图服务器发送请求。", shapesNow: "已有 {n} 个边界", shapesNone: "还没有边界", drop: "删除全部边界", dropped: "已删除 {n} 个边界",
  },
  households: {
    code: "住户编号", grid: "网格", address: "地址", label: "公开标签", stratum: "层", psu: "初级单元", weight: "权数", selected: "抽中", add: "添加或修改", import: "导入住户", columns: "列：household, grid, address, label_public, stratum, psu, weight, fpc1, fpc2, selected。地址只存在登记库；案号由系统抽取，不能导入。", empty: "还没有住户", emptyHint: "请用 CSV 或 XLSX 导入。", saved: "已保存", visits: "走访记录", noVisits: "还没有走访", notSelected: "未抽中", visitOf: "{code} 的走访记录", date: "日期", half: "时段", result: "结果", appointment: "约定", worker: "网格员", am: "上午", pm: "下午",
  },
  assign: {
    byGrid: "按网格", list: "逐条", grid: "网格", form: "表单", worker: "网格员", due: "截止", whole: "整个网格", some: "{n} 户", nobody: "还没有分配", give: "分配", giveTitle: "把网格交给网格员", grids: "网格", to: "交给", import: "导入任务", columns: "列：household 或 grid, worker, form, due。", take: "收回", takeSure: "收回这项任务？已采集的内容不受影响。", taken: "已收回", given: "已分配 {n} 个网格", empty: "还没有任务", emptyHint: "先按网格分配，或导入 CSV。", dueEg: "选填", pick: "请先勾选网格", household: "住户", picked: "已选 {n} 个网格", already: "现有",
  },
  accounts: {
    name: "用户名", display: "显示名", role: "角色", area: "区域", state: "状态", active: "可用", disabled: "已停用", add: "开设账号", password: "密码", passwordHint: "至少 15 个字符，几个不相干的词就很好。请当面告诉本人。", disable: "停用", enable: "启用", reset: "重设密码", saved: "已保存", created: "已开设账号 {name}", empty: "没有账号", wholeArea: "全部区域", validUntil: "有效至", validHint: "研究人员必须有期限。", grants: "网格", grantsOf: "{name} 的网格", grantsWords: "撤掉的网格，手机下次联网后就看不到其中的内容；未发送的内容不会丢失。", grantsDone: "增加 {granted} 个，撤掉 {withdrawn} 个", anyRole: "全部角色", edit: "修改",
  },
  enrol: {
    new: "登记新手机", words: "每位网格员一张：扫码打开登记页，设好密码就能用。一码只能用一次。", names: "姓名与网格", namesHint: "每行一位：姓名，空格，网格编码（可多个）。也可以从表格里粘贴。", expires: "有效期", h72: "3 天", h168: "7 天", h336: "14 天", make: "生成 {n} 张登记单", print: "打印", sheets: "登记单 {n} 张", once: "登记码只显示这一次。离开这个页面前请打印或存成 PDF。", leave: "登记码只显示这一次，离开后不能再看。确定离开吗？", open: "未用的登记码", all: "也显示用过和过期的", worker: "网格员", grids: "网格", until: "有效至", state: "状态", revoke: "作废", revoked: "已作废", empty: "没有未用的登记码", perPage: "每页", one: "1 张", six: "6 张", states: { open: "未用", used: "已用", expired: "已过期", revoked: "已作废" }, bad: "第 {n} 行：{why}", noGrid: "没有网格编码", badGrid: "{code} 不是 15 位网格编码", noName: "没有姓名", further: "为已有网格员再登记一部手机", who: "网格员", fromList: "待登记 {n} 人",
    sheet: { title: "手机登记单", step1: "用手机的相机或浏览器扫这个码（不要用微信内置浏览器）。", step2: "设一个 6 位数字密码，只有您自己知道。", step3: "把“入户”添加到主屏幕，没有信号也能用。", code: "登记码", valid: "有效至 {date}", grids: "负责网格", once: "一码一机，用后作废。请勿拍照转发。", collect: "用 ODK Collect 时扫这个码", server: "服务器" },
    withCollect: "同时打印 ODK Collect 的二维码",
  },
  devices: {
    worker: "网格员", name: "手机", platform: "系统", grids: "网格", last: "最后联系", state: "状态", created: "登记", active: "在用", revoked: "已停用", unconfirmed: "待确认", silent: "几天没有联系", days: "{n} 天以上", any: "不限", revoke: "停用", revokeWords: "5 秒内生效。未发送的内容 14 天内仍可上传，进入待审区。", confirm: "确认", confirmed: "已确认", drain: "延长上传期", drainWords: "停用的手机可以继续上传到这一天。", drained: "已延长", until: "到", never: "从未", empty: "还没有手机", emptyHint: "请在“登记手机”生成登记单。", done: "已停用", forkOf: "代替旧编号", search: "网格员编号",
  },
  progress: { worker: "网格员", grids: "网格", total: "记录", conflicts: "不同答案", flagged: "有标记", empty: "还没有网格员", review: "审核", words: "按网格员代码，不显示住户。" },
  packs: {
    words: "没有信号的手机可以导出加密数据包（.ruhu）。任何手机或街道办都可以代为上传；内容由原作者签名，代传的人看不到。", choose: "选择数据包", sent: "已上传：{n} 条", merged: "已合并 {n}", waiting: "等待之前的内容 {n}", quarantined: "待审 {n}", void: "不计入 {n}", refused: "没有接收 {n}", duplicate: "以前收过 {n}", more: "再传一个", sending: "正在上传…", refusedWhy: "没有接收：{why}",
  },
  import: { choose: "选择 CSV 或 XLSX 文件", go: "导入", done: "已导入 {n} 行", faults: "文件有 {n} 处错误，没有作任何改动", line: "行", column: "列", what: "问题", hint: "怎么改", again: "改好后再选一次文件。", more: "只显示前 200 处。", csv: "错误清单 CSV" },
} as const;
