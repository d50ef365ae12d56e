import {type Dirent, readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import path from 'node:path';
import type {ByteString} from '../../engine/tree/tree.ts';
import {publicFile, secretFile} from '../bootstrap/machine-files.ts';
import type {LiveSetting, NetworkService} from '../bootstrap/network/copy-live.ts';

interface ServiceFiles {
	readonly service: NetworkService;
	/** The first is that of the machine; of files of one name its own is the one that counts. */
	readonly folders: readonly [string, ...string[]];
	isOne(name: string): boolean;
}

const services: readonly ServiceFiles[] = [
	{
		service: 'NetworkManager',
		folders: ['/etc/NetworkManager/system-connections', '/run/NetworkManager/system-connections'],
		isOne: (name) => /^[^/.][^/]*\.nmconnection$/.test(name),
	},
	{
		service: 'systemd-networkd',
		folders: ['/etc/systemd/network', '/run/systemd/network'],
		isOne: (name) => /^[^/]+\.(?:network|netdev|link)(?:\.d\/[^/]+\.conf)?$/.test(name),
	},
];

/**
 * What the services of a live system set up the network by, in the order of their names.
 * @param root of the file system, for tests
 */
export function readLiveNetwork(root = '/'): LiveSetting[] {
	return services.flatMap((files) => settingsOf(files, root));
}

function settingsOf({service, folders, isOne}: ServiceFiles, root: string): LiveSetting[] {
	const found = new Map<string, string>();
	for (const folder of folders.map((folder) => path.join(root, folder)))
		for (const name of namesBelow(folder).filter(isOne))
			if (!found.has(name)) found.set(name, path.join(folder, name));
	return [...found].sort(byName).flatMap(([name, file]) => {
		const place = `${folders[0]}/${name}`;
		const setting = service === 'NetworkManager' ? readConnection(file) : readUnit(file);
		return setting === undefined ? [] : [{service, place, ...setting}];
	});
}

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number =>
	one < other ? -1 : 1;

/** With the drop-ins beside them, `a.network.d/b.conf`. None when there is no such folder. */
function namesBelow(folder: string): ByteString[] {
	return entriesOf(folder).flatMap((entry) =>
		entry.isDirectory()
			? entriesOf(path.join(folder, entry.name)).map(({name}) => `${entry.name}/${name}`)
			: [entry.name],
	);
}

function entriesOf(folder: ByteString): Dirent[] {
	try {
		return readdirSync(bytesOf(folder), {withFileTypes: true, encoding: 'latin1'});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

type Read = Pick<LiveSetting, 'content' | 'access'> | undefined;

/** NetworkManager takes none that others may read; what it made up of what it found it makes up again. */
function readConnection(file: ByteString): Read {
	const content = readPlainFile(file);
	const isMadeUp = /^\[\.nmmeta\]\n(?:(?!\[).*\n)*?(?:nm-generated|volatile|external)=true$/m;
	if (content === undefined || isMadeUp.test(content.toString('latin1'))) return undefined;
	return {content, access: secretFile};
}

/** As it is for its owner and group: systemd-networkd, which is in one, reads keys with no other right. */
function readUnit(file: ByteString): Read {
	if (isMask(file)) return {content: undefined, access: publicFile};
	const content = readPlainFile(file);
	if (content === undefined) return undefined;
	const {mode, uid, gid} = statSync(bytesOf(file));
	return {content, access: {mode: mode & 0o777, uid, gid}};
}

function isMask(file: ByteString): boolean {
	try {
		return readlinkSync(bytesOf(file)) === '/dev/null';
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EINVAL') return false;
		throw error;
	}
}

/** Undefined for a link to nothing, and what else is no file. */
function readPlainFile(file: ByteString): Buffer | undefined {
	const isFile = statSync(bytesOf(file), {throwIfNoEntry: false})?.isFile() ?? false;
	return isFile ? readFileSync(bytesOf(file)) : undefined;
}

const bytesOf = (text: ByteString): Buffer => Buffer.from(text, 'latin1');
