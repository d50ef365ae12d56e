/** A GUID as Microsoft's formats store it: its first three fields little-endian. */
export function guidBytes(guid: string): Buffer {
	const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
	bytes.subarray(0, 4).reverse();
	bytes.subarray(4, 6).reverse();
	bytes.subarray(6, 8).reverse();
	return bytes;
}
