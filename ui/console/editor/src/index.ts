/** The entry that Streamlit calls on mount and on every run of the page. */

import type { Component } from "./contract";
import { PolicyEditor } from "./editor";

const mounted = new WeakMap<HTMLElement | ShadowRoot, PolicyEditor>();

export default function mount(component: Component): () => void {
  const { parentElement } = component;
  let editor = mounted.get(parentElement);
  if (!editor) {
    editor = new PolicyEditor(component);
    mounted.set(parentElement, editor);
  }
  editor.update(component);
  return () => {
    mounted.get(parentElement)?.destroy();
    mounted.delete(parentElement);
  };
}
