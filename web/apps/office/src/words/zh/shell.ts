export const shell = {
  nav: {
    label: "主导航", overview: "总览", review: "审核", quarantine: "待审区", duplicates: "疑似重复", summary: "汇总", exports: "导出", quality: "质量",
    forms: "表单", surveys: "调查", people: "人员", registry: "登记", erasures: "批量删除", audit: "审计", open: "打开菜单",
  },
  desk: {
    title: "入户 · 街道办公", skip: "跳到正文", demo: "演示数据：人物、地点与意见均为虚构", street: "街道", chooseStreet: "选择街道", language: "语言", signOut: "退出",
    textSize: "字号", noStreet: "请先选择街道", noStreetHint: "在页面上方选一个街道，这里就会显示它的内容。", noStreets: "还没有街道。请管理员先在“人员 · 区域”导入区域。", live: "实时",
    liveBroken: "实时更新中断，正在重连；内容可能不是最新的", liveWait: "正在连接实时更新…", updated: "有新内容，点此刷新", gone: "页面没有找到", goneHint: "地址可能写错了，或者您的角色没有这个页面。",
    home: "回到首页", menu: "我的", nothing: "您的角色没有可用的页面。如确有需要，请联系管理员。",
  },
  role: { worker: "网格员", reviewer: "审核员", registrar: "登记员", researcher: "研究人员", viewer: "区级查看人", auditor: "审计员", admin: "管理员" },
  signIn: {
    title: "登录已过期", words: "您写的内容还在这个页面上。重新登录后会接着做刚才的事。", user: "用户名", password: "密码", go: "登录并继续",
  },
  load: {
    wait: "正在读取…", failed: "没有读到内容", kept: "页面上已有的内容没有变。", again: "再试一次", empty: "没有内容", request: "请求编号 {id}", noRight: "您没有这项权限",
  },
  list: {
    next: "下一页", back: "上一页", page: "第 {n} 页", rows: "本页 {n} 条", csv: "下载本页 CSV", filters: "筛选", clear: "清除筛选", all: "全部", search: "搜索", more: "还有更多",
    none: "没有符合条件的内容", noneHint: "请放宽筛选条件。", reload: "刷新", on: "是", off: "否", options: "{n} 项",
  },
  keys: {
    title: "快捷键", open: "快捷键", help: "显示快捷键", off: "不用单键快捷键", offHint: "语音输入或读屏软件会替您按键时，请勾选；“?” 仍可打开这里。", close: "关闭", none: "这个页面没有快捷键。", up: "上一行", down: "下一行", go: "打开这一行", search: "到搜索框",
  },
  ask: { reason: "理由", reasonHint: "会记入历史，其他人能看到", needed: "请填写", cancel: "取消", close: "关闭", ok: "确定", optional: "选填", sending: "正在提交…", yes: "是", no: "否", choose: "请选择", file: "选择文件" },
  place: { street: "街道", village: "村（社区）", grid: "网格", district: "区（县）" },
  unit: { items: "{n} 条", days: "{n} 天" },
} as const;
