/**
 * GRUB's environment block, `grubenv`: variables that GRUB itself can change before a system runs. It writes
 * over the file's blocks, so the file has always the same length.
 * @see https://www.gnu.org/software/grub/manual/grub/html_node/Environment-block.html
 */

const length = 1024;
const signature = '# GRUB Environment Block\n';

/** Undefined when GRUB would take it for none, and could not write to it. */
export function parseEnvironment(text: string): ReadonlyMap<string, string> | undefined {
	if (text.length !== length || !text.startsWith(signature)) return undefined;
	const variables = new Map<string, string>();
	// What is not used is filled with #, like the lines of comments.
	for (const line of text.split('\n')) {
		const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
		if (name !== undefined && value !== undefined) variables.set(name, value);
	}
	return variables;
}

/**
 * @param variables names and values of letters, digits and `_`
 * @throws RangeError when there are more than fit
 */
export function formatEnvironment(variables: ReadonlyMap<string, string>): string {
	const lines = [...variables].map(([name, value]) => `${name}=${value}\n`);
	const text = `${signature}${lines.join('')}`;
	if (text.length > length)
		throw new RangeError(`${variables.size} variables are too many for ${length} bytes`);
	return text.padEnd(length, '#');
}
