/** One mounted editor: the text, its marks, and the list of problems. */

import { autocompletion } from "@codemirror/autocomplete";
import { yaml } from "@codemirror/lang-yaml";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, hoverTooltip, keymap, type DecorationSet } from "@codemirror/view";
import { basicSetup } from "codemirror";

import type { Component, EditorData } from "./contract";
import { look, surroundings } from "./look";
import { diagnostics, list } from "./problems";
import { complete, hover } from "./words";

const PAUSE_MS = 350;

const showLine = StateEffect.define<number>();
const shownLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(showLine)) return Decoration.set([Decoration.line({ class: "cm-shownLine" }).range(effect.value)]);
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class PolicyEditor {
  readonly root = document.createElement("div");
  readonly #view: EditorView;
  readonly #vocabulary = new Compartment();
  #component: Component;
  #words = "";
  #doc = "";
  #pause: ReturnType<typeof setTimeout> | undefined;
  #panel: HTMLElement;

  constructor(component: Component) {
    this.#component = component;
    const style = document.createElement("style");
    style.textContent = surroundings;
    this.root.className = "policy-editor";
    const parent = component.parentElement;
    this.#view = new EditorView({ root: parent instanceof ShadowRoot ? parent : document, parent: this.root });
    this.#panel = list(this.#view, []);
    this.root.append(this.#panel);
    parent.append(style, this.root);
  }

  /** Take what Python sent. The text is only replaced when it is another document: a person may be typing. */
  update(component: Component): void {
    this.#component = component;
    const data = JSON.parse(new TextDecoder().decode(component.data)) as EditorData;
    if (data.doc !== this.#doc) this.#open(data);
    const words = JSON.stringify(data.words);
    if (words !== this.#words) {
      this.#words = words;
      this.#view.dispatch({ effects: this.#vocabulary.reconfigure(this.#vocabularyOf(data)) });
    }
    this.#mark(data);
  }

  destroy(): void {
    this.#send();
    this.#view.destroy();
    this.root.remove();
  }

  #open(data: EditorData): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#doc = data.doc;
    this.#view.setState(EditorState.create({ doc: data.text, extensions: this.#extensions(data) }));
    this.#words = JSON.stringify(data.words);
    if (data.line > 0) this.#show(data.line);
  }

  #show(number: number): void {
    const { from } = this.#view.state.doc.line(Math.min(number, this.#view.state.doc.lines));
    const effects = [showLine.of(from), EditorView.scrollIntoView(from, { y: "center" })];
    this.#view.dispatch({ selection: { anchor: from }, effects });
  }

  #mark(data: EditorData): void {
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics(this.#view.state.doc, data.problems)));
    const panel = list(this.#view, data.problems);
    panel.hidden = data.readonly && data.problems.length === 0;
    this.#panel.replaceWith(panel);
    this.#panel = panel;
  }

  #extensions(data: EditorData): Extension {
    return [
      keymap.of([{ key: "Mod-s", preventDefault: true, run: () => this.#save() }]),
      basicSetup,
      EditorView.lineWrapping,
      yaml(),
      lintGutter(),
      look,
      shownLine,
      this.#vocabulary.of(this.#vocabularyOf(data)),
      EditorState.tabSize.of(2),
      EditorState.readOnly.of(data.readonly),
      EditorView.contentAttributes.of({ "aria-label": "Policy text" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) this.#later();
      }),
    ];
  }

  #vocabularyOf(data: EditorData): Extension {
    return [autocompletion({ override: [complete(data.words)] }), hoverTooltip(hover(data.words), { hoverTime: 250 })];
  }

  #later(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#send(), PAUSE_MS);
  }

  #edit(): { doc: string; text: string } {
    return { doc: this.#doc, text: this.#view.state.doc.toString() };
  }

  #send(): void {
    if (this.#pause === undefined) return;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#component.setStateValue("edit", this.#edit());
  }

  #save(): boolean {
    this.#send();
    this.#component.setTriggerValue("save", this.#edit());
    return true;
  }
}
