/** The policy's vocabulary: completion of features, reason codes and parameters, and what each means on hover. */

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { Text } from "@codemirror/state";
import type { EditorView, Tooltip } from "@codemirror/view";

import type { Word } from "./contract";

const WORD = /[\w.-]+/;
const OPERATORS = "== != < <= > >= and or ! !! if in + - * / % min max missing missing_some".split(" ");

export function complete(words: Word[]): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const typed = context.matchBefore(WORD);
    if (!typed && !context.explicit) return null;
    const from = typed ? typed.from : context.pos;
    const before = context.state.doc.lineAt(from).text.slice(0, from - context.state.doc.lineAt(from).from);
    return { from, options: options(before, context.state.doc, words), validFor: /^[\w.-]*$/ };
  };
}

/** What can stand here, by the key that stands before it. */
function options(before: string, text: Text, words: Word[]): Completion[] {
  if (/\bparam:\s*["']?$/.test(before)) return parameters(text);
  if (/\breason:\s*["']?$/.test(before)) return named(words, "reason");
  if (/\b(var|requires|missing|missing_some)\b["']?:\s*[["']*[^\]]*$/.test(before)) return named(words, "feature");
  if (/\b(then|unknown|otherwise):\s*$/.test(before)) {
    return ["accept", "review", "reject"].map((label) => ({ label, type: "keyword", detail: "decision" }));
  }
  if (/\{\s*["']$/.test(before)) return OPERATORS.map((label) => ({ label, type: "keyword", detail: "operator" }));
  return [...named(words, "feature"), ...parameters(text), ...named(words, "reason")];
}

function named(words: Word[], kind: Word["kind"]): Completion[] {
  return words
    .filter((word) => word.kind === kind)
    .map((word) => ({
      label: word.name,
      type: kind === "feature" ? "variable" : "constant",
      detail: word.title,
      info: () => card(word),
    }));
}

/** The names under `parameters:`, read from the text itself. */
export function parameters(text: Text): Completion[] {
  const found: Completion[] = [];
  let inside = false;
  for (const line of text.iterLines()) {
    if (/^\S/.test(line)) inside = /^parameters\s*:/.test(line);
    const name = inside ? /^ {1,4}([\w-]+)\s*:/.exec(line)?.[1] : undefined;
    if (name) found.push({ label: name, type: "property", detail: "parameter" });
  }
  return found;
}

export function hover(words: Word[]): (view: EditorView, pos: number) => Tooltip | null {
  const known = new Map(words.map((word) => [word.name, word]));
  return (view, pos) => {
    const line = view.state.doc.lineAt(pos);
    for (const match of line.text.matchAll(/[\w.]+/g)) {
      const from = line.from + match.index;
      const end = from + match[0].length;
      const word = known.get(match[0]);
      if (word && from <= pos && pos <= end) {
        return { pos: from, end, above: true, create: () => ({ dom: card(word) }) };
      }
    }
    return null;
  };
}

function card(word: Word): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "card";
  for (const [tag, text] of [["strong", word.title], ["code", word.name], ["em", word.detail], ["p", word.meaning]] as const) {
    if (!text) continue;
    const node = document.createElement(tag);
    node.textContent = text;
    dom.append(node);
  }
  return dom;
}
