/**
 * The one style sheet of all pages. Heights follow the window (`vh`), so that the code entry is in view from 250×400
 * to the full window; wide and low windows (600×400) put the purchase beside the form.
 */
export const style = `
:root{color-scheme:light dark;--page:#e9edf1;--sheet:#fff;--text:#16212b;--soft:#51606d;--line:#d8dfe5;--field:#74818d;--main:#0d5a70;--on-main:#fff;--main-over:#0a4759;--wash:#f3f6f8;--error:#a8201a;--error-wash:#fdeeec;--note:#5a3d00;--note-wash:#fff4d9;--gap:clamp(5px,1.75vh,16px)}
@media (prefers-color-scheme:dark){:root{--page:#0b1014;--sheet:#141b21;--text:#e9eef2;--soft:#a5b3be;--line:#2b3741;--field:#7f8d99;--main:#84cfe0;--on-main:#04222a;--main-over:#a6deea;--wash:#1b242c;--error:#ffb3ab;--error-wash:#3b1715;--note:#ffdd97;--note-wash:#33290f}}
*{box-sizing:border-box;margin:0}
html{-webkit-text-size-adjust:100%}
body{min-height:100vh;display:flex;background:var(--page);color:var(--text);font:15px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
.sheet{width:100%;max-width:27rem;margin:auto;background:var(--sheet);border-radius:14px;box-shadow:0 1px 2px #0002,0 12px 32px #0002;overflow:hidden}
header,aside,main,footer{padding:var(--gap) 24px}
header{display:flex;align-items:center;gap:8px;border-bottom:1px solid var(--line)}
header svg{flex:none;width:22px;height:22px;color:var(--main)}
header b{flex:1;font-size:1.07em;letter-spacing:-.01em}
header span{color:var(--soft);font-size:.87em;text-align:right}
aside{background:var(--note-wash);color:var(--note);font-size:.87em;padding-block:calc(var(--gap)*.5)}
aside b{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:1.08em}
main{display:grid;gap:var(--gap);padding-block:calc(var(--gap)*1.3)}
h1{font-size:1.33em;line-height:1.2;letter-spacing:-.015em}
p,footer{color:var(--soft)}
.intro{margin-top:calc(var(--gap)*.4)}
dl{display:grid;grid-template-columns:auto 1fr;gap:calc(var(--gap)*.35) 12px;margin-top:var(--gap);padding:calc(var(--gap)*.8) 14px;background:var(--wash);border-radius:10px}
dt{color:var(--soft)}
dd{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden;text-align:right;text-wrap:balance;font-variant-numeric:tabular-nums}
.amount{font-weight:650}
form{display:grid;gap:calc(var(--gap)*.7);align-content:start}
label{font-weight:600}
.of-code{display:flex;justify-content:space-between;align-items:baseline;gap:8px}
.of-code span{color:var(--soft);font-size:.87em}
input,button{font:inherit;width:100%;min-height:40px;border-radius:9px;border:1px solid var(--field);background:var(--sheet);color:inherit}
input{padding:0 12px;font-size:20px;letter-spacing:.14em;font-variant-numeric:tabular-nums}
button{padding:0 4px;font-weight:600;white-space:nowrap;cursor:pointer;color:var(--main)}
button:hover{background:var(--wash)}
.main{border-color:var(--main);background:var(--main);color:var(--on-main)}
.main:hover{background:var(--main-over)}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}
input:focus-visible{outline-width:2px;outline-offset:0;border-color:var(--main)}
.others{display:flex;gap:8px}
.others button{min-height:34px}
.notice,.error{padding:calc(var(--gap)*.5) 10px;border-radius:9px;background:var(--wash);color:var(--text)}
.error{background:var(--error-wash);color:var(--error)}
.error+div+input{border-color:var(--error);box-shadow:inset 0 0 0 1px var(--error)}
fieldset{display:grid;gap:calc(var(--gap)*.4);min-width:0;padding:0;border:0}
legend{width:100%;padding:0;margin-bottom:calc(var(--gap)*.4);font-weight:600}
legend span{font-weight:400;white-space:nowrap}
.choice{display:flex;align-items:center;gap:10px;min-height:24px;font-weight:400;line-height:1.25;cursor:pointer}
fieldset .choice{min-height:34px;padding:3px 10px;border:1px solid var(--line);border-radius:9px}
.choice:hover{background:var(--wash)}
.choice input{flex:none;width:18px;height:18px;min-height:0;accent-color:var(--main)}
.button{display:flex;align-items:center;justify-content:center;min-height:40px;padding:0 12px;border:1px solid var(--main);border-radius:9px;color:var(--main);font-weight:600;text-align:center;text-decoration:none}
.button.main{width:100%;color:var(--on-main)}
.address{font-size:.8em}
.address span{user-select:all}
.end{justify-items:center;align-content:center;text-align:center;padding-block:calc(var(--gap)*2.5)}
.end form{width:100%}
.end svg{width:48px;height:48px;color:var(--main)}
footer{font-size:.8em;padding-block:calc(var(--gap)*.7);border-top:1px solid var(--line)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:639px){.sheet{display:flex;flex-direction:column;max-width:none;min-height:100vh;margin:0;border-radius:0;box-shadow:none}main{flex:1}main.two{align-content:start}}
@media (max-width:420px){header,aside,main,footer{padding-inline:14px}dl{padding-inline:10px}}
@media (max-width:420px) and (max-height:440px){body{font-size:13px;line-height:1.25}main{padding-block:5px}input,button{min-height:36px}.others button{min-height:30px}.button{min-height:34px}fieldset .choice{min-height:28px;gap:6px;padding:1px 6px}.two~footer{display:none}}
@media (min-width:560px) and (max-height:480px){.sheet{max-width:none;min-height:100vh;border-radius:0}main.two{grid-template-columns:1fr 1fr;gap:24px}}
@media (prefers-reduced-motion:no-preference){button{transition:background-color .15s}}
`
