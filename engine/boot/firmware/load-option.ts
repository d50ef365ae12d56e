/**
 * Boot entries of the firmware, the variables `Boot####`: a text for its menu, and the way to a program.
 * @see https://uefi.org/specs/UEFI/2.10/03_Boot_Manager.html#load-options
 */
export interface LoadOption {
	readonly description: string;
	/** Whether the firmware starts it by itself. */
	readonly isActive: boolean;
	/** Undefined when it leads to something else than a file on a GPT partition. */
	readonly program: EfiProgramPlace | undefined;
}

export interface EfiProgramPlace {
	/** GUID of the partition, in lower case. */
	readonly partitionUuid: string;
	/** From the partition's root, `/`-separated. */
	readonly path: string;
}

/** A partition as a boot entry names it. */
export interface EspIdentity {
	readonly number: number;
	/** In sectors of the disk. */
	readonly start: number;
	readonly size: number;
	readonly uuid: string;
}

const active = 1;
/** Of device path nodes. */
const media = 4;
const hardDrive = 1;
const filePath = 4;
const pathEnd = Buffer.from([0x7f, 0xff, 4, 0]);
const nodeHeaderLength = 4;
const hardDriveLength = 42;
/** Of a hard drive node: the table is a GPT, and its signature a GUID. */
const gpt = 2;

export function formatLoadOption(description: string, path: string, esp: EspIdentity): Buffer {
	const devicePath = Buffer.concat([formatHardDrive(esp), formatFilePath(path), pathEnd]);
	const head = Buffer.alloc(6);
	head.writeUInt32LE(active, 0);
	head.writeUInt16LE(devicePath.length, 4);
	return Buffer.concat([head, formatText(description), devicePath]);
}

/** Undefined for bytes that are no boot entry. */
export function parseLoadOption(bytes: Buffer): LoadOption | undefined {
	if (bytes.length < 8) return undefined;
	const textEnd = endOfText(bytes, 6);
	if (textEnd === undefined) return undefined;
	const pathLength = bytes.readUInt16LE(4);
	const devicePath = bytes.subarray(textEnd, textEnd + pathLength);
	return {
		description: bytes.toString('utf16le', 6, textEnd - 2),
		isActive: (bytes.readUInt32LE(0) & active) !== 0,
		program: parseDevicePath(devicePath),
	};
}

function formatHardDrive({number, start, size, uuid}: EspIdentity): Buffer {
	const node = Buffer.alloc(hardDriveLength);
	writeHeader(node, hardDrive);
	node.writeUInt32LE(number, 4);
	node.writeBigUInt64LE(BigInt(start), 8);
	node.writeBigUInt64LE(BigInt(size), 16);
	swapGuid(Buffer.from(uuid.replaceAll('-', ''), 'hex')).copy(node, 24);
	node.writeUInt8(gpt, 40);
	node.writeUInt8(gpt, 41);
	return node;
}

function formatFilePath(path: string): Buffer {
	const text = formatText(`\\${path.replaceAll('/', '\\')}`);
	const node = Buffer.concat([Buffer.alloc(nodeHeaderLength), text]);
	writeHeader(node, filePath);
	return node;
}

function writeHeader(node: Buffer, subtype: number): void {
	node.writeUInt8(media, 0);
	node.writeUInt8(subtype, 1);
	node.writeUInt16LE(node.length, 2);
}

function formatText(text: string): Buffer {
	return Buffer.from(`${text}\0`, 'utf16le');
}

function parseDevicePath(bytes: Buffer): EfiProgramPlace | undefined {
	let partitionUuid: string | undefined;
	let path = '';
	for (let at = 0; at + nodeHeaderLength <= bytes.length; ) {
		const length = bytes.readUInt16LE(at + 2);
		if (length < nodeHeaderLength || at + length > bytes.length) return undefined;
		const node = bytes.subarray(at, at + length);
		const kind = node.readUInt8(0) === media ? node.readUInt8(1) : undefined;
		if (kind === hardDrive) partitionUuid = gptUuid(node);
		// A path may be cut into several nodes.
		if (kind === filePath) path += `/${pathOf(node)}`;
		at += length;
	}
	const plain = path.split('/').filter((name) => name !== '');
	if (partitionUuid === undefined || plain.length === 0) return undefined;
	return {partitionUuid, path: plain.join('/')};
}

function gptUuid(node: Buffer): string | undefined {
	if (node.length < hardDriveLength || node.readUInt8(41) !== gpt) return undefined;
	const hex = swapGuid(Buffer.from(node.subarray(24, 40))).toString('hex');
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function pathOf(node: Buffer): string {
	const end = endOfText(node, nodeHeaderLength);
	const text = node.toString('utf16le', nodeHeaderLength, end === undefined ? undefined : end - 2);
	return text.replaceAll('\\', '/');
}

/** Where the text with its terminator ends; undefined when nothing ends it. */
function endOfText(bytes: Buffer, start: number): number | undefined {
	for (let at = start; at + 2 <= bytes.length; at += 2)
		if (bytes.readUInt16LE(at) === 0) return at + 2;
	return undefined;
}

/** The first three fields of a GUID are little-endian in firmware, and big-endian as text. */
function swapGuid(guid: Buffer): Buffer {
	guid.subarray(0, 4).reverse();
	guid.subarray(4, 6).reverse();
	guid.subarray(6, 8).reverse();
	return guid;
}
