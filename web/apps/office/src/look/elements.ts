// The parts of Element Plus that the console uses, each with its style. Nothing else imports it.

import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/el-checkbox.css";
import "element-plus/theme-chalk/el-date-picker.css";
import "element-plus/theme-chalk/el-date-picker-panel.css";
import "element-plus/theme-chalk/el-dialog.css";
import "element-plus/theme-chalk/el-drawer.css";
import "element-plus/theme-chalk/el-icon.css";
import "element-plus/theme-chalk/el-input.css";
import "element-plus/theme-chalk/el-option.css";
import "element-plus/theme-chalk/el-overlay.css";
import "element-plus/theme-chalk/el-popper.css";
import "element-plus/theme-chalk/el-progress.css";
import "element-plus/theme-chalk/el-scrollbar.css";
import "element-plus/theme-chalk/el-select.css";
import "element-plus/theme-chalk/el-select-dropdown.css";
import "element-plus/theme-chalk/el-tag.css";

import * as Elements from "element-plus";
import type { Component } from "vue";

// Its types do not agree with exactOptionalPropertyTypes.
export const ElCheckbox = Elements.ElCheckbox as Component;
export const ElConfigProvider = Elements.ElConfigProvider as Component;
export const ElDatePicker = Elements.ElDatePicker as Component;
export const ElDialog = Elements.ElDialog as Component;
export const ElDrawer = Elements.ElDrawer as Component;
export const ElOption = Elements.ElOption as Component;
export const ElProgress = Elements.ElProgress as Component;
export const ElSelect = Elements.ElSelect as Component;
