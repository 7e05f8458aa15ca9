/** Diagnostics of the service: squiggles and gutter marks in the text, and a list below it that jumps. */

import type { Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import type { Problem } from "./contract";

/** The span of a problem in `text`. The text may have changed since it was checked, so the span is clamped. */
export function span(text: Text, problem: Problem): { from: number; to: number } {
  const line = text.line(Math.min(Math.max(problem.line, 1), text.lines));
  const from = Math.min(line.from + Math.max(problem.column - 1, 0), line.to);
  const to = Math.min(line.from + Math.max(problem.end_column - 1, 0), line.to);
  return { from, to: Math.max(from, to) };
}

export function diagnostics(text: Text, problems: Problem[]): Diagnostic[] {
  return problems.map((problem) => ({
    ...span(text, problem),
    severity: problem.severity,
    source: problem.code,
    message: sentence(problem.message),
    renderMessage: () => message(problem),
  }));
}

/** The list below the text. */
export function list(view: EditorView, problems: Problem[]): HTMLElement {
  const panel = element("div", "problems");
  panel.setAttribute("role", "list");
  panel.setAttribute("aria-label", "Problems");
  if (problems.length === 0) {
    panel.append(element("div", "clean", "No problems"));
  }
  for (const problem of problems) {
    panel.append(entry(view, problem));
  }
  return panel;
}

function entry(view: EditorView, problem: Problem): HTMLElement {
  const row = element("div", "row");
  row.setAttribute("role", "listitem");
  const button = document.createElement("button");
  button.type = "button";
  button.className = `problem ${problem.severity}`;
  button.append(
    element("span", "severity", problem.severity === "error" ? "Error" : "Warning"),
    element("span", "place", `${problem.line}:${problem.column}`),
    message(problem),
    element("span", "code", problem.code),
  );
  button.addEventListener("click", () => jump(view, problem));
  row.append(button);
  return row;
}

function jump(view: EditorView, problem: Problem): void {
  const { from, to } = span(view.state.doc, problem);
  view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}

/** The phrase, its symbols in backticks set as code, and the way out. */
function message(problem: Problem): HTMLElement {
  const node = element("span", "message");
  sentence(problem.message)
    .split("`")
    .forEach((part, index) => node.append(index % 2 === 1 ? element("code", "", part) : part));
  if (problem.hint) {
    const hint = element("span", "hint");
    sentence(problem.hint).split("`").forEach((part, index) => hint.append(index % 2 === 1 ? element("code", "", part) : part));
    node.append(" · ", hint);
  }
  return node;
}

function sentence(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}

function element(name: string, className: string, text = ""): HTMLElement {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}
