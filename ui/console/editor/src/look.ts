/** Colours and sizes. Streamlit's theme reaches the shadow root through its CSS variables. */

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const MONO = "var(--st-code-font, ui-monospace, monospace)";

const frame = EditorView.theme({
  "&": { flex: "1", minHeight: "0", fontSize: "12.5px", backgroundColor: "#fff", color: "#1c2530" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: MONO, lineHeight: "1.55" },
  ".cm-content": { padding: "6px 0" },
  ".cm-gutters": { backgroundColor: "#f6f7f9", color: "#8a94a3", borderRight: "1px solid #e3e7ec" },
  ".cm-activeLine": { backgroundColor: "#f3f6fb" },
  ".cm-activeLineGutter": { backgroundColor: "#e8eef7", color: "#1c2530" },
  ".cm-shownLine": { backgroundColor: "#fff6d6" },
  ".cm-tooltip": {
    border: "1px solid #d5dbe3",
    borderRadius: "6px",
    backgroundColor: "#fff",
    boxShadow: "0 6px 20px rgba(20, 30, 45, .14)",
    fontSize: "12.5px",
    maxWidth: "420px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: MONO, maxHeight: "15em" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "#1f4fd8", color: "#fff" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: ".65", marginLeft: "1em" },
  ".cm-diagnostic": { padding: "5px 9px", borderLeftWidth: "3px" },
  ".cm-diagnosticSource": { fontSize: "11px", opacity: ".6" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "#1f4fd8" },
  { tag: [tags.string, tags.special(tags.string)], color: "#0f7a55" },
  { tag: [tags.number, tags.bool, tags.null], color: "#a2470f" },
  { tag: tags.comment, color: "#768192", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.bracket, tags.squareBracket, tags.brace], color: "#66717f" },
]);

export const look: Extension = [frame, syntaxHighlighting(colours)];

/** The parts around the text: the frame and the list of problems. */
export const surroundings = `
:host { display: block; }
.policy-editor { display: flex; flex-direction: column; height: max(380px, calc(100vh - 216px));
  border: 1px solid #d5dbe3; border-radius: 6px; overflow: hidden; background: #fff;
  font-family: var(--st-font, sans-serif); font-size: 13px; color: #1c2530; }
.policy-editor:focus-within { border-color: #1f4fd8; box-shadow: 0 0 0 2px rgba(31, 79, 216, .14); }
.problems { border-top: 1px solid #e3e7ec; background: #fafbfc; flex: none; max-height: 38%; overflow: auto; }
.clean { padding: 5px 10px; color: #5b6675; font-size: 12px; }
.problem { all: unset; box-sizing: border-box; display: flex; gap: 8px; align-items: baseline; width: 100%;
  padding: 4px 10px; cursor: pointer; border-left: 3px solid #c62f3b; line-height: 1.4; }
.problem.warning { border-left-color: #b97a00; }
.problem:hover, .problem:focus-visible { background: #eef2f8; }
.row + .row { border-top: 1px solid #eceff3; }
.severity { font-weight: 600; color: #b3212d; flex: none; }
.warning .severity { color: #8f5f00; }
.place { font: 12px ${MONO}; color: #5b6675; flex: none; font-variant-numeric: tabular-nums; }
.message { flex: 1; }
.message code, .card code { font: 12px ${MONO}; background: #eef1f5; border-radius: 3px; padding: 0 3px; }
.hint { color: #5b6675; }
.problem > .code { font: 11px ${MONO}; color: #8a94a3; flex: none; }
.card { padding: 7px 10px; display: grid; gap: 3px; max-width: 400px; line-height: 1.4; font-family: var(--st-font, sans-serif); }
.card code { justify-self: start; }
.card em { font-style: normal; color: #5b6675; font-size: 12px; }
.card p { margin: 0; }
@media (max-width: 640px) { .problem { flex-wrap: wrap; } .problem > .code { display: none; } .message { flex-basis: 100%; } }
`;
