/** Which machine an image is for, in the words of Go: `linux`, `amd64`, `v8`. */
export interface Platform {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
}

const goArchitectures: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
	x64: 'amd64',
	ia32: '386',
	ppc64: 'ppc64le',
};

/** The platform of this machine. */
export function hostPlatform(): Platform {
	return {os: 'linux', architecture: goArchitectures[process.arch] ?? process.arch};
}

export function formatPlatform({os, architecture, variant}: Platform): string {
	return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/**
 * The variants that will do, best first; `''` is an entry that names none. A variant that was asked
 * for comes first, and older ones of 32-bit ARM after it.
 */
function wantedVariants({architecture, variant = ''}: Platform): readonly string[] {
	switch (architecture) {
		case 'arm64':
			return variant === '' || variant === 'v8' ? ['v8', ''] : [variant];
		case 'arm': {
			const known = ['v7', 'v6', 'v5', ''];
			return known.slice(Math.max(0, known.indexOf(variant || 'v7')));
		}
		default:
			return [variant];
	}
}

/** How well an image for `offered` suits: 0 is best, undefined is not at all. */
export function platformRank(wanted: Platform, offered: Platform): number | undefined {
	if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return undefined;
	const rank = wantedVariants(wanted).indexOf(offered.variant ?? '');
	return rank === -1 ? undefined : rank;
}
