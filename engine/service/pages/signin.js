// The printed link carries the token in its fragment, which the browser sends to nobody: put it into the form.
const token = decodeURIComponent(location.hash.slice(1));
if (token) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("token").value = token;
  document.forms[0].requestSubmit();
}
