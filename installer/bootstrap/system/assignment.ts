/** A file of `KEY=value` lines with one of them set; the others stay as they are. */
export function withAssignment(text: string, key: string, value: string): string {
	const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith(`${key}=`));
	return `${[...lines, `${key}=${value}`].join('\n')}\n`;
}
