/** What the console's Python side sends, and what it hears back. */

export interface Problem {
  code: string;
  severity: "error" | "warning";
  message: string;
  hint: string;
  /** Lines and columns count from 1; `end_column` is exclusive. */
  line: number;
  column: number;
  end_column: number;
}

export interface Word {
  name: string;
  kind: "feature" | "reason";
  title: string;
  /** Type, range or values and unit, in words. */
  detail: string;
  meaning: string;
}

export interface EditorData {
  /** Which document this is; another one replaces the whole text. */
  doc: string;
  text: string;
  readonly: boolean;
  problems: Problem[];
  words: Word[];
  /** A line to show and mark when the document opens; 0 for none. */
  line: number;
}

/** Sent while a person types. `doc` keeps a late answer from reaching another document. */
export interface Edit {
  doc: string;
  text: string;
}

/** The part of Streamlit's component interface that is used here. */
export interface Component {
  /** `EditorData` as JSON in UTF-8. */
  data: Uint8Array;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue(name: "edit", value: Edit): void;
  setTriggerValue(name: "save", value: Edit): void;
}
