// On a phone, closing the contents returns to the button that opened them. The theme takes the focus from the button
// when it is pressed, so that whoever uses the keyboard would start again at the top of the page.
document.addEventListener("close", ({ target }) => {
  const side = target.id.match(/^pst-(primary|secondary)-sidebar-modal$/)?.[1];
  if (side) document.querySelector(`.${side}-toggle`).focus();
}, true);
