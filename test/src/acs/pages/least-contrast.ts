/** Least contrast of text with its background in the document, with the text (WCAG 2.2, 1.4.3). */
export const leastContrast = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => channels(color).slice(0, 3).map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const backgroundOf = (element) => {
    const color = getComputedStyle(element).backgroundColor
    return channels(color)[3] === 0 ? backgroundOf(element.parentElement) : color
  }
  const ratios = [...document.body.querySelectorAll('*')]
    .filter((element) => element.tagName !== 'SCRIPT' && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .map((element) => {
      const [light, dark] = [luminance(getComputedStyle(element).color), luminance(backgroundOf(element))].sort((a, b) => b - a)
      return [(light + 0.05) / (dark + 0.05), element.textContent]
    })
  return ratios.sort((a, b) => a[0] - b[0])[0]
})()`
